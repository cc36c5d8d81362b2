"""One sandbox for all tests of this folder, and a program that always works."""

from collections.abc import Iterator

import pytest

from simulation.sandbox import Sandbox, SandboxUnavailable

GOOD = """
def make_walker():
    wc = walker_creator()
    left, right, top = wc.add_joint(0, 0), wc.add_joint(10, 0), wc.add_joint(5, 8)
    wc.add_muscle(left, right)
    wc.add_muscle(right, top, False, 3.0, 0.5)
    wc.add_muscle(top, left)
    return wc.get_walker()
"""


def started(**settings: object) -> Sandbox:
    """A running sandbox, or a skipped test where the machine gives none."""
    without = settings.pop("without", frozenset())
    sandbox = Sandbox(**settings)  # type: ignore[arg-type]
    sandbox._without = frozenset(without)  # type: ignore[call-overload]
    try:
        sandbox.start()
    except SandboxUnavailable as unavailable:
        pytest.skip(str(unavailable))
    return sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with started() as sandbox:
        yield sandbox


@pytest.fixture
def good() -> str:
    return GOOD
