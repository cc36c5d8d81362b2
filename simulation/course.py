"""What walkers are judged on: one terrain or several, and by which fitness."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from simulation.fitness import get_fitness
from simulation.terrain import Terrain, make_terrain

MOST_TERRAINS = 8  # each costs a simulation of its own
OVER = ("mean", "min")  # how the fitnesses on several terrains become one


@dataclass(frozen=True)
class Course:
    """Terrains to walk on, one after the other, each from a fresh start."""

    terrains: tuple[Terrain, ...]
    over: str = "mean"
    fitness: str = "distance"

    def total(self, fitnesses: Sequence[float]) -> float:
        """Return the one fitness of a walker that has ``fitnesses``, one for each terrain."""
        if len(fitnesses) == 1:
            return fitnesses[0]
        return min(fitnesses) if self.over == "min" else math.fsum(fitnesses) / len(fitnesses)


@lru_cache(maxsize=64)
def make_course(terrains: tuple[str, ...], over: str = "mean", fitness: str = "distance") -> Course:
    """Return the course over the terrains with these specs.

    Raises:
        ValueError: no terrain, too many, one twice, or an unknown word.
    """
    if not 1 <= len(terrains) <= MOST_TERRAINS:
        raise ValueError(f"a run needs 1 to {MOST_TERRAINS} terrains, got {len(terrains)}")
    if len(set(terrains)) != len(terrains):
        raise ValueError("a terrain is there twice: once is enough")
    if over not in OVER:
        raise ValueError(f"over several terrains use {' or '.join(OVER)}, got {over!r}")
    get_fitness(fitness)
    return Course(tuple(make_terrain(spec) for spec in terrains), over, fitness)
