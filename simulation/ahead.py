"""Programs that run in the sandbox while the walkers before them are simulated."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from simulation.sandbox import Verdict


class SlottedRunner(Protocol):
    """A sandbox that runs several programs at a time."""

    slots: int

    def run(self, source: str, *, rng_seed: int = 0) -> "Verdict": ...


class Ahead:
    """Gives the verdicts on programs that are under way already, each once, in any order."""

    def __init__(self, begun: dict[tuple[str, int], "deque[Future[Verdict]]"]) -> None:
        self._begun = begun

    def run(self, source: str, *, rng_seed: int = 0) -> "Verdict":
        """Return the verdict once it is there.

        Raises:
            KeyError: the program was not among those given, or was asked for already.
        """
        return self._begun[source, rng_seed].popleft().result()


@contextmanager
def ahead(sandbox: SlottedRunner, sources: Sequence[str], rng_seed: int) -> Iterator[Ahead]:
    """Begin with ``sources``, in order, as many at a time as the sandbox has slots."""
    begun: dict[tuple[str, int], deque[Future[Verdict]]] = {}
    executor = ThreadPoolExecutor(sandbox.slots, thread_name_prefix="sandbox")
    try:
        for source in sources:
            future = executor.submit(sandbox.run, source, rng_seed=rng_seed)
            begun.setdefault((source, rng_seed), deque()).append(future)
        yield Ahead(begun)
    finally:
        executor.shutdown(cancel_futures=True)
