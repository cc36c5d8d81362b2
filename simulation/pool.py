"""Evaluates programs in a process of their own, so that nobody who asks has to wait."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace

from simulation.ahead import ahead
from simulation.course import Course
from simulation.domains import get_domain
from simulation.evaluate import Evaluation, Evaluator, SecondRun, run_again
from simulation.sandbox import RemoteSandbox, SandboxPool, open_sandbox

# The pool process' own:
_sandbox: SandboxPool | RemoteSandbox | None = None
_evaluator: Evaluator | None = None


class EvaluationPool:
    """One process with one sandbox; batches are evaluated in the order they are submitted."""

    def __init__(
        self, domain: str, course: Course, *, on_start: Callable[[], None] | None = None
    ) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy the model's threads
        self._executor = ProcessPoolExecutor(1, context, _set_up, (domain, course, on_start))

    def submit(self, sources: Sequence[str], rng_seed: int) -> "Future[list[Evaluation]]":
        """Return the evaluations of ``sources``, in their order, once they are there.

        The future raises ``SandboxUnavailable`` where programs cannot be run safely.
        """
        return self._executor.submit(_evaluate, list(sources), rng_seed)

    def run_again(
        self, programs: Sequence[tuple[str, dict]], rng_seed: int
    ) -> "Future[list[SecondRun]]":
        """Return what a second run of each program, given with its walker, comes to."""
        return self._executor.submit(_run_again, list(programs), rng_seed)

    def close(self) -> None:
        """End the process."""
        self._executor.shutdown(cancel_futures=True)


def _set_up(domain: str, course: Course, on_start: Callable[[], None] | None) -> None:
    global _evaluator, _sandbox
    if on_start:
        on_start()
    _sandbox = open_sandbox()
    _evaluator = Evaluator(_sandbox, get_domain(domain), course)


def _evaluate(sources: list[str], rng_seed: int) -> list[Evaluation]:
    assert _evaluator is not None
    assert _sandbox is not None
    with ahead(_sandbox, sources, rng_seed) as running:
        evaluator = replace(_evaluator, sandbox=running)
        return [evaluator.evaluate(source, rng_seed=rng_seed) for source in sources]


def _run_again(programs: list[tuple[str, dict]], rng_seed: int) -> list[SecondRun]:
    assert _sandbox is not None
    return [run_again(_sandbox, source, walker, rng_seed) for source, walker in programs]
