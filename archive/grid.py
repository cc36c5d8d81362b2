"""The grid of MAP-Elites: which cell a point of measure space falls into, and who holds a cell."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

EPSILON = 1e-6  # pyribs' guard against rounding on a cell's lower edge (GridArchive, `epsilon`)


class Placement(StrEnum):
    """What a child did to the map."""

    NEW_CELL = "new"
    IMPROVED = "improved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class GridSpec:
    """An axis-aligned grid over measure space; fixed for the life of a run."""

    bins: tuple[int, ...]  # (D,) cells along each axis
    low: tuple[float, ...]  # (D,) lower bounds, units of the measures
    high: tuple[float, ...]  # (D,) upper bounds

    @property
    def cells(self) -> int:
        """Number of cells in all."""
        return math.prod(self.bins)

    def cell_of(self, measures: Sequence[float]) -> tuple[int, ...]:
        """Return the cell that ``measures`` falls into, one index for each axis.

        A value outside the bounds belongs to the edge cell on its side, so every finite point of
        measure space has exactly one cell.

        Args:
            measures: (D,) floats; Sodarace: height [u], width [u], mass.

        Raises:
            ValueError: wrong number of measures, or one is not finite.

        Source: the grid of Mouret & Clune 2015 (arXiv 1504.04909), 12 cells on each of three axes
        in Lehman et al. 2022 (arXiv 2206.08896), section 5; rounding as pyribs' GridArchive.
        """
        if len(measures) != len(self.bins):
            raise ValueError(
                f"expected {len(self.bins)} measures, one for each grid axis, "
                f"got {len(measures)}: {tuple(measures)}"
            )
        if not all(map(math.isfinite, measures)):
            raise ValueError(f"measures must be finite, got {tuple(measures)}")
        cell = []
        for x, low, high, bins in zip(measures, self.low, self.high, self.bins, strict=True):
            clipped = min(max(x, low), high)  # clip first: scaling a huge x overflows
            cell.append(min(int((bins * (clipped - low) + EPSILON) / (high - low)), bins - 1))
        return tuple(cell)

    def index_of(self, measures: Sequence[float]) -> int:
        """Return the cell's flat index, row-major (the last axis varies fastest), as pyribs."""
        index = 0
        for position, bins in zip(self.cell_of(measures), self.bins, strict=True):
            index = index * bins + position
        return index

    def cell_at(self, index: int) -> tuple[int, ...]:
        """Return the cell of a flat index; the inverse of ``index_of`` on cells."""
        if not 0 <= index < self.cells:
            raise ValueError(f"cell index {index} is outside 0..{self.cells - 1}")
        cell = []
        for bins in reversed(self.bins):
            index, position = divmod(index, bins)
            cell.append(position)
        return tuple(reversed(cell))


@dataclass(frozen=True)
class Candidate:
    """What the map needs to know of a child."""

    seq: int
    index: int  # flat cell index
    fitness: float


@dataclass
class Held:
    """A cell's champion and how many evaluated children fell into it."""

    seq: int
    fitness: float
    visits: int


def place(cells: dict[int, Held], candidate: Candidate) -> tuple[Placement, float]:
    """Place ``candidate`` in ``cells``, strictly better wins; return what happened and the gain.

    The gain is what the QD score rose by: the fitness in a new cell, the difference in a held one.

    Raises:
        ValueError: the fitness is not finite; one NaN would hold its cell for ever.
    """
    if not math.isfinite(candidate.fitness):
        raise ValueError(
            f"fitness must be finite, got {candidate.fitness} for child {candidate.seq}"
        )
    held = cells.get(candidate.index)
    if held is None:
        cells[candidate.index] = Held(candidate.seq, candidate.fitness, 1)
        return Placement.NEW_CELL, candidate.fitness
    held.visits += 1
    if candidate.fitness <= held.fitness:
        return Placement.REJECTED, 0.0
    gain = candidate.fitness - held.fitness
    held.seq, held.fitness = candidate.seq, candidate.fitness
    return Placement.IMPROVED, gain


def fold(candidates: Iterable[Candidate]) -> dict[int, Held]:
    """Return the map that ``candidates``, in order of ``seq``, lead to."""
    cells: dict[int, Held] = {}
    for candidate in candidates:
        place(cells, candidate)
    return cells
