"""A program's whole way to its measures and fitness: sandbox, body, physics, in that order."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from simulation.course import Course
from simulation.outcome import Outcome

if TYPE_CHECKING:
    from simulation.domains import Domain
    from simulation.sandbox import Verdict
    from simulation.terrain import Terrain


@dataclass(frozen=True)
class Evaluation:
    """What became of one program. Times are in milliseconds, all else depends on nothing else."""

    outcome: Outcome
    reason: str  # a sentence about this one program
    fitness: float | None = None  # [u] None unless evaluated
    measures: tuple[float, ...] | None = None  # one for each axis of the domain, once it has a body
    clipped: bool = False  # a measure lies outside its axis, so the program is in an edge cell
    walker: dict | None = None  # what the program returned
    details: dict = field(default_factory=dict)  # plain JSON, named by the domain
    trajectory_hash: str = ""
    body_hash: str = ""
    world_version: str = ""
    sandbox_ms: float = 0.0
    physics_ms: float = 0.0


class SandboxLost(RuntimeError):
    """The sandbox died while it ran a program: says nothing about the program, so try again."""


class SecondRun(StrEnum):
    """What a second run of an evaluated program, with the same ``rng_seed``, came to."""

    SAME = "same"  # the same walker, number for number
    OTHER = "other"  # another walker
    FAILED = "failed"  # no walker

    @property
    def repeats(self) -> bool:
        """Whether the program does the same each time, as far as two runs can tell."""
        return self is SecondRun.SAME


class SecondRunner(Protocol):
    """A sandbox with another process for second opinions."""

    def run(self, source: str, *, rng_seed: int = 0, again: bool = False) -> "Verdict": ...


def run_again(sandbox: SecondRunner, source: str, walker: dict, rng_seed: int = 0) -> SecondRun:
    """Run a program that gave ``walker`` once more, elsewhere, and compare.

    Clocks, unseeded generators and memory addresses cannot be forbidden; they are found out.

    Raises:
        SandboxLost: the sandbox died; nothing is known.
    """
    verdict = sandbox.run(source, rng_seed=rng_seed, again=True)
    if verdict.value is not None:
        return SecondRun.SAME if verdict.value == walker else SecondRun.OTHER
    if str(verdict.status) not in _OUTCOME_OF_STATUS:
        raise SandboxLost(f"the sandbox answered {verdict.status}: {verdict.message}")
    return SecondRun.FAILED


class ProgramRunner(Protocol):
    """What an evaluator needs of a sandbox."""

    def run(self, source: str, *, rng_seed: int = 0) -> "Verdict": ...


@dataclass(frozen=True)
class Evaluator:
    """Evaluates programs of one domain on one terrain or course."""

    sandbox: ProgramRunner
    domain: "Domain"
    terrain: "Terrain | Course"

    def evaluate(self, source: str, rng_seed: int = 0) -> Evaluation:
        """Return what becomes of the program ``source``.

        Raises:
            SandboxLost: the sandbox died; the program was not judged.
        """
        verdict = self.sandbox.run(source, rng_seed=rng_seed)
        if verdict.status == "ok" and verdict.value is not None:
            evaluation = evaluate_walker(verdict.value, self.domain, self.terrain)
        else:
            evaluation = _evaluation_of_failure(verdict)
        return replace(evaluation, sandbox_ms=verdict.wall_ms)


def evaluate_walker(walker: dict, domain: "Domain", terrain: "Terrain | Course") -> Evaluation:
    """Return the evaluation of what a program returned: body and physics without the sandbox.

    A terrain alone is a course of one, with the paper's fitness.
    """
    return domain.evaluate(walker, terrain if isinstance(terrain, Course) else Course((terrain,)))


_OUTCOME_OF_STATUS = {
    "ok": Outcome.BAD_RESULT,  # ran, but gave no value
    "error": Outcome.CRASHED,
    "timeout": Outcome.TIMED_OUT,
    "cpu_limit": Outcome.TIMED_OUT,
    "crashed": Outcome.CRASHED,
    "forbidden_syscall": Outcome.FORBIDDEN,
    "output_too_large": Outcome.BAD_RESULT,
    "bad_result": Outcome.BAD_RESULT,
    "too_large_source": Outcome.BAD_RESULT,
}

_SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError")


def _evaluation_of_failure(verdict: "Verdict") -> Evaluation:
    status = str(verdict.status)
    if status not in _OUTCOME_OF_STATUS:
        raise SandboxLost(f"the sandbox answered {status}: {verdict.message or 'no message'}")
    outcome = _OUTCOME_OF_STATUS[status]
    if status == "error" and verdict.error in _SYNTAX_ERRORS:
        outcome = Outcome.SYNTAX_ERROR
    elif status == "error" and verdict.error == "NoEntryPoint":
        outcome = Outcome.BAD_RESULT  # it ran, but holds no function to call
    return Evaluation(outcome, _reason(outcome, verdict))


def _reason(outcome: Outcome, verdict: "Verdict") -> str:
    """Return a sentence about a program that gave no walker, with the line where it is known."""
    where = f" in line {verdict.line}" if verdict.line else ""
    said = _said(verdict)
    if outcome is Outcome.SYNTAX_ERROR:
        return f"The program is not valid Python{where}: {said or verdict.error}."
    if outcome is Outcome.CRASHED and verdict.error == "MemoryError":
        return f"The program ran out of memory{where}."
    if outcome is Outcome.CRASHED and verdict.error:
        return f"The program stopped{where} with {verdict.error}{': ' if said else ''}{said}."
    if verdict.status == "timeout":
        return (
            f"The program took too much time: it was stopped after {verdict.wall_ms / 1000:.1f} s."
        )
    if verdict.status == "cpu_limit":
        return f"The program was stopped after {verdict.cpu_ms / 1000:.1f} s of computing time."
    sentence = outcome.sentence.rstrip(".")
    return f"{sentence}: {said}." if said else f"{sentence}."


def _said(verdict: "Verdict") -> str:
    """Return the verdict's message without the line and error that are told beside it."""
    text = verdict.message
    for known in (f"line {verdict.line}", verdict.error):
        if known and text.startswith(known):
            text = text.removeprefix(known).removeprefix(":").lstrip()
    return text.strip().rstrip(".")
