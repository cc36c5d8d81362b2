"""What is made of one walk: its figures, the fitness that a run asks for, what looks like a cheat.

The paper's fitness is the distance alone (Lehman et al. 2022, section 4), which a tall body earns
by falling over; so the other figures are kept with every child, and a run may use another one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# What the published walks need: the seed programs earn 46 to 58 % of their way in the second half
# and are airborne 0 to 57 % of the time; leaps that stiff muscles allowed had 74 to 77 %, and a
# tower that topples earns 15 % of its way in one half and the rest in the other.
WORTH_A_FLAG = 3.0  # [u] less is nothing that anybody would keep a walker for
LEAST_HALF = 0.2  # of the distance, in its direction
MOST_AIRBORNE = 0.6  # of the time


@dataclass(frozen=True)
class Walk:
    """The figures of one walk on one terrain; lengths in [u], along x."""

    signed_distance: float
    first_half: float
    second_half: float
    airborne: float  # share of the time without a joint on the ground
    rise: float  # of the center of mass above the ground that it stood on

    @property
    def distance(self) -> float:
        """How far it got, either way: the paper's fitness."""
        return abs(self.signed_distance)

    @property
    def steady(self) -> float:
        """Twice the worse half in the direction of the walk, at least 0: a fall earns nothing."""
        way = 1.0 if self.signed_distance >= 0 else -1.0
        return max(2 * min(way * self.first_half, way * self.second_half), 0.0)


FIGURES = (  # of a walk, as they are kept with every child
    "signed_distance", "distance", "first_half", "second_half", "steady", "airborne", "rise",
)  # fmt: skip


class Flag(StrEnum):
    """What looks like a cheat: told and filtered, not punished."""

    FIRST_HALF = "first_half"
    SECOND_HALF = "second_half"
    AIRBORNE = "airborne"

    @property
    def sentence(self) -> str:
        """What it means, for people."""
        return _SENTENCES[self]


_SENTENCES = {
    Flag.FIRST_HALF: "It earns its distance in the first half: after that it hardly moves on, "
    "as a body that falls over does.",
    Flag.SECOND_HALF: "It earns its distance in the second half: a slender body may take that long "
    "to fall over.",
    Flag.AIRBORNE: "It earns its distance in the air: it leaps more than it walks.",
}


def flags_of(walk: Walk) -> tuple[Flag, ...]:
    """Return what looks like a cheat about a walk."""
    if walk.distance < WORTH_A_FLAG:
        return ()
    way = 1.0 if walk.signed_distance >= 0 else -1.0
    found = []
    if way * walk.second_half < LEAST_HALF * walk.distance:
        found.append(Flag.FIRST_HALF)
    elif way * walk.first_half < LEAST_HALF * walk.distance:
        found.append(Flag.SECOND_HALF)
    if walk.airborne > MOST_AIRBORNE:
        found.append(Flag.AIRBORNE)
    return tuple(found)


@dataclass(frozen=True)
class Fitness:
    """A way to judge a walk."""

    label: str  # as a column's heading
    sentence: str
    of: Callable[[Walk], float]


FITNESSES = {
    "distance": Fitness(
        "distance",
        "How far the center of mass gets along x, either way: the paper's.",
        lambda walk: walk.distance,
    ),
    "signed_distance": Fitness(
        "distance to the right",
        "How far it gets to the right; to the left counts below zero.",
        lambda walk: walk.signed_distance,
    ),
    "steady": Fitness(
        "steady distance",
        "Twice the worse half of the way: falling over earns nothing.",
        lambda walk: walk.steady,
    ),
}


def get_fitness(name: str) -> Fitness:
    """Return the fitness called ``name``.

    Raises:
        ValueError: no such fitness; the message names those that there are.
    """
    if name not in FITNESSES:
        raise ValueError(f"unknown fitness {name!r}: use one of {', '.join(FITNESSES)}")
    return FITNESSES[name]


def walk_of(details: Mapping[str, Any]) -> Walk | None:
    """Return the walk that a child's ``details`` tell of, or None where they tell of none."""
    names = ("signed_distance", "first_half", "second_half", "airborne", "rise")
    values = [details.get(name) for name in names]
    if not all(isinstance(value, int | float) for value in values):
        return None
    return Walk(*values)  # type: ignore[arg-type]


def figures_of(details: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the figures that a child's ``details`` tell of; older children have fewer words."""
    walk = walk_of(details)
    if walk is None:
        return None
    return {name: details.get(name, getattr(walk, name)) for name in FIGURES}


def flags_in(details: Mapping[str, Any]) -> tuple[Flag, ...]:
    """Return what looks like a cheat about a child, on any of its run's terrains."""
    walks = [walk_of(row) for row in details.get("terrains") or [details]]
    flags = {flag for walk in walks if walk is not None for flag in flags_of(walk)}
    return tuple(flag for flag in Flag if flag in flags)
