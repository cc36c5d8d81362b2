"""One project for all tests of this folder, and what each step took, told at the end."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.compose.project import Project, compose_command

Tell = Callable[[str], None]
BEGAN = time.monotonic()


@pytest.fixture(scope="session")
def tell() -> Iterator[Tell]:
    """Print a line of the log at once, with the seconds since the start; all of them at the end."""
    lines: list[str] = []

    def tell(what: str) -> None:
        lines.append(f"{time.monotonic() - BEGAN:7.1f} s  {what}")
        print(f"\n{lines[-1]}", flush=True)

    yield tell
    print("\n\ncompose-test, from the first line to the last:\n" + "\n".join(lines), flush=True)


@pytest.fixture(scope="session")
def project() -> Iterator[Project]:
    """ELMWeb in containers; every trace but the images goes away at the end."""
    if not compose_command():
        pytest.skip("neither Compose v2 nor docker-compose 1.29 is here")
    project = Project()
    yield project
    project.remove()
