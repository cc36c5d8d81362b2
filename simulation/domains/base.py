"""What a domain is: the problem that programs are evolved for."""

from collections.abc import Callable
from dataclasses import dataclass

from simulation.course import Course
from simulation.evaluate import Evaluation
from simulation.seeds import SeedInfo


@dataclass(frozen=True)
class Axis:
    """One axis of the map: a measure with its bounds, cut into cells of equal size."""

    name: str
    unit: str  # "" for a number without a unit
    low: float
    high: float
    bins: int


@dataclass(frozen=True)
class Domain:
    """A named problem: axes of its map, programs to start from, and how a result is judged."""

    name: str
    axes: tuple[Axis, ...]
    seed_programs: dict[str, SeedInfo]
    commit_messages: tuple[tuple[str, float], ...]  # text and weight; the weights sum to 1
    evaluate: Callable[[dict, Course], Evaluation]  # of what a program returned
