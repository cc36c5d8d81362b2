"""One row of the benchmark: an operator writes many children of one buggy function."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, Protocol

from workers.benchmark import tiny_gp
from workers.benchmark.bugs import MESSAGE, Task
from workers.benchmark.judge import SOLVED, Judge
from workers.benchmark.rates import wilson
from workers.mutation import gate
from workers.mutation.operator import MutationRequest, Operator

TINY_GP = "tiny_gp"
BATCH = 32  # children asked of an operator at a time


@dataclass(frozen=True)
class Written:
    """A program that an operator wrote ``times`` times, or why there is none to test."""

    source: str | None
    ended: str = ""
    times: int = 1
    answers: int = 1  # that it took to write it once: a mask may take an answer back


class Writer(Protocol):
    """Writes children of a task's buggy program."""

    name: str
    version: str

    @property
    def temperature(self) -> float | None: ...

    def write(self, task: Task, count: int, rng_seed: int) -> Iterator[Written]: ...


class TinyGP:
    """The paper's control."""

    name = TINY_GP
    version = "tiny_gp-1"
    temperature = None

    def write(self, task: Task, count: int, rng_seed: int) -> Iterator[Written]:
        parent = tiny_gp.parent_program(task)
        for source, times in tiny_gp.children(task, count, rng_seed):
            outcome, _ = gate.check(parent, source)
            yield Written(source, str(outcome or ""), times)


class OperatorWriter:
    """An operator of the project, with the paper's commit message; each child is one trial."""

    def __init__(self, name: str, operator: Operator, temperature: float) -> None:
        self.name, self.version = name, operator.version
        self.operator, self.temperature = operator, temperature

    def write(self, task: Task, count: int, rng_seed: int) -> Iterator[Written]:
        rng = Random(rng_seed)
        for first in range(0, count, BATCH):
            request = MutationRequest(task.source, MESSAGE, min(BATCH, count - first))
            [proposals] = self.operator.propose([request], rng_seed=rng.getrandbits(48))
            for proposal in proposals:
                ended = str(proposal.outcome or "")
                yield Written(proposal.source, ended, answers=proposal.tries)


@dataclass(frozen=True)
class Row:
    """What came of one operator on one task."""

    operator: str
    version: str
    task: str
    bugs: int
    trials: int
    solved: int
    rate: float
    interval: tuple[float, float]  # Wilson, 95 %
    cpu_seconds: float  # of writing and testing, the sandbox's included
    answers: int  # written for these trials, those included that a mask took back
    programs: int  # different ones that were tested
    endings: dict[str, int]  # how the trials ended
    temperature: float | None
    rng_seed: int

    @property
    def key(self) -> tuple[object, ...]:
        """What the row is a measurement of; measured again it would come out the same."""
        return (self.operator, self.version, self.task, self.bugs, self.trials,
                self.temperature, self.rng_seed)  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def key_of(writer: Writer, task: Task, trials: int, rng_seed: int) -> tuple[object, ...]:
    """Return the key of the row that ``measure`` would give."""
    return (writer.name, writer.version, task.function.name, task.bugs, trials,
            writer.temperature, rng_seed)  # fmt: skip


def measure(
    task: Task,
    writer: Writer,
    trials: int,
    rng_seed: int,
    judge: Judge,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Row:
    """Return the row of ``trials`` independent mutations of the task's buggy program.

    Raises:
        SandboxLost: the sandbox died.
    """
    started, in_sandbox = time.process_time(), judge.cpu_seconds
    endings: Counter[str] = Counter()
    tested: set[str] = set()
    answers = 0
    # every task its own stream, whichever others are measured
    stream = Random(f"{rng_seed} {writer.name} {task.label}").getrandbits(48)
    for child in writer.write(task, trials, stream):
        ending = child.ended
        if not ending:
            assert child.source is not None
            tested.add(child.source)
            ending = judge.test(task.function, child.source)
        endings[ending] += child.times
        answers += child.answers * child.times
        on_progress(endings.total())
    assert endings.total() == trials, f"{writer.name} wrote {endings.total()} of {trials}"
    solved = endings[SOLVED]
    cpu = time.process_time() - started + judge.cpu_seconds - in_sandbox
    return Row(
        operator=writer.name,
        version=writer.version,
        task=task.function.name,
        bugs=task.bugs,
        trials=trials,
        solved=solved,
        rate=solved / trials,
        interval=wilson(solved, trials),
        cpu_seconds=round(cpu, 2),
        answers=answers,
        programs=len(tested),
        endings=dict(endings.most_common()),
        temperature=writer.temperature,
        rng_seed=rng_seed,
    )
