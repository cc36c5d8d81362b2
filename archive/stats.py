"""What a run has reached: counts and sums over its children, folded one child at a time."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from archive.grid import Held, Placement
from simulation.outcome import Outcome

ORIGIN = "origin"  # actor of the elites that a fork begins with
RATE_WINDOW = 60.0  # [s] children per minute is taken over the last minute


class ChildEvent(NamedTuple):
    """The part of a child that statistics need."""

    seq: int
    outcome: str
    placement: str
    fitness: float | None
    cell: int | None
    gain: float
    message: str
    is_novel: bool
    clipped: bool
    actor: str
    created_at: datetime


@dataclass
class MessageStats:
    """How one commit message fared."""

    uses: int = 0
    valid: int = 0
    admitted: int = 0


@dataclass
class CurvePoint:
    """The archive after one admitted child."""

    seq: int
    qd_score: float
    coverage: float
    max_fitness: float


@dataclass
class RunStats:
    """Everything the pages show of a run's progress.

    Child 0 is the seed program: it holds a cell but is no completion of the model, so it does not
    count as a child nor in any rate. Nor do the elites that a fork begins with.
    """

    cells_in_grid: int
    seq: int = -1
    children: int = 0
    qd_score: float = 0.0
    max_fitness: float = 0.0
    cells: dict[int, Held] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, int] = field(default_factory=dict)
    messages: dict[str, MessageStats] = field(default_factory=dict)
    curve: list[CurvePoint] = field(default_factory=list)
    novel: int = 0
    clipped: int = 0
    evaluated: int = 0
    runnable: int = 0
    applied: int = 0
    recent: deque[datetime] = field(default_factory=lambda: deque(maxlen=2000))

    def add(self, event: ChildEvent) -> None:
        """Take in the next child; children come in order of ``seq``."""
        self.seq = event.seq
        if event.outcome == Outcome.EVALUATED:
            self._place(event)
        if event.seq == 0 or event.actor == ORIGIN:
            return
        self.children += 1
        self.recent.append(event.created_at)
        key = f"{event.outcome}:{event.placement}" if event.placement else event.outcome
        self.outcomes[key] += 1
        self.examples[key] = event.seq
        outcome = Outcome(event.outcome)
        self.applied += outcome.applies
        self.runnable += outcome.has_body
        self.evaluated += outcome is Outcome.EVALUATED
        self.novel += event.is_novel
        self.clipped += event.clipped
        message = self.messages.setdefault(event.message, MessageStats())
        message.uses += 1
        message.valid += outcome.applies
        message.admitted += event.placement in (Placement.NEW_CELL, Placement.IMPROVED)

    def _place(self, event: ChildEvent) -> None:
        assert event.cell is not None
        assert event.fitness is not None
        held = self.cells.setdefault(event.cell, Held(event.seq, event.fitness, 0))
        held.visits += 1
        if event.placement == Placement.REJECTED:
            return
        held.seq, held.fitness = event.seq, event.fitness
        self.qd_score += event.gain
        best = self.max_fitness if self.curve else event.fitness  # which may lie below zero
        self.max_fitness = max(best, event.fitness)
        self.curve.append(CurvePoint(event.seq, self.qd_score, self.coverage, self.max_fitness))

    @property
    def coverage(self) -> float:
        """Occupied cells over all cells, 0 to 1."""
        return len(self.cells) / self.cells_in_grid

    @property
    def mean_fitness(self) -> float | None:
        """Mean fitness of the elites."""
        return self.qd_score / len(self.cells) if self.cells else None

    def rate(self, count: int) -> float | None:
        """``count`` as a share of all children; None before the first."""
        return count / self.children if self.children else None

    @property
    def valid_rate(self) -> float | None:
        """Share of completions whose diff applies ("valid", Lehman et al. 2022, section 4)."""
        return self.rate(self.applied)

    @property
    def runnable_rate(self) -> float | None:
        """Share of completions whose program gives a body ("runnable", same section)."""
        return self.rate(self.runnable)

    @property
    def novel_rate(self) -> float | None:
        """Share of completions that gave a body not seen before in the run."""
        return self.rate(self.novel)

    def per_minute(self, now: datetime) -> float:
        """Children a minute over the last minute before ``now``."""
        recent = [t for t in self.recent if (now - t).total_seconds() <= RATE_WINDOW]
        if len(recent) < 2:
            return 0.0
        span = max((now - recent[0]).total_seconds(), 1.0)
        return len(recent) / span * 60.0
