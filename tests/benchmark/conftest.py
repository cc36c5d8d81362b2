"""One sandbox and one judge for all tests of this folder."""

from collections.abc import Iterator

import pytest

from simulation.sandbox import Sandbox
from tests.sandbox.conftest import started
from workers.benchmark.judge import LIMITS, Judge


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with started(limits=LIMITS) as sandbox:
        yield sandbox


@pytest.fixture
def judge(sandbox: Sandbox) -> Judge:
    return Judge(sandbox)
