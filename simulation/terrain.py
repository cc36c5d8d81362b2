"""Terrains by name: polylines that depend on nothing but kind, difficulty and seed, or drawn ones.

A number in capitals here is part of ``WORLD_VERSION``: limits of drawn terrains are elsewhere.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulation import polyline

# [u] nothing measured reached 17 u/s, so ten seconds never get this far
HALF_LENGTH = polyline.REACH
PAD = 18.0  # [u] flat either side of the middle, where a walker starts
FADE = 5.0  # [u] over which unevenness fades in beyond the pad
END_WALL = 60.0  # [u] height of the wall at each end, which closes the course

KINDS = (
    "flat",
    "bumpy",
    "hills",
    "sine",
    "cubic",
    "steps",
    "wall_left",
    "wall_right",
    "walls",
    "tunnel",
)


@dataclass(frozen=True, eq=False)
class Terrain:
    """Ground to walk on. ``lines[0]`` is the ground from left to right, others are ceilings."""

    name: str
    kind: str
    difficulty: float
    rng_seed: int
    lines: tuple[np.ndarray, ...]  # each (n, 2) [u]

    def height(self, x: np.ndarray) -> np.ndarray:
        """Return the ground's height at each ``x`` [u]."""
        ground = self.lines[0]
        return np.interp(x, ground[:, 0], ground[:, 1])


@lru_cache(maxsize=64)
def make_terrain(name: str) -> Terrain:
    """Return the terrain called ``kind``, ``kind:difficulty`` or ``kind:difficulty:seed``.

    The difficulty is in [0, 1], 0.5 if not given, the seed a number from 0, 0 if not given.
    A drawn one is ``line:NAME:x,y x,y …`` (see ``simulation.polyline``).

    Raises:
        ValueError: no such terrain; the message names the kinds.
    """
    if name.startswith(f"{polyline.KIND}:"):
        return _drawn(name)
    kind, *numbers = name.split(":")
    if kind not in KINDS or len(numbers) > 2:
        raise ValueError(
            f"unknown terrain {name!r}: use kind, kind:difficulty or kind:difficulty:seed "
            f"with one of {', '.join(KINDS)}"
        )
    difficulty = _parse(name, numbers, 0, float, 0.5)
    rng_seed = _parse(name, numbers, 1, int, 0)
    if not 0 <= difficulty <= 1:
        raise ValueError(f"terrain {name!r}: the difficulty must be from 0 to 1")
    if not 0 <= rng_seed < 2**63:
        raise ValueError(f"terrain {name!r}: the seed must be a whole number from 0")
    rng = np.random.default_rng([rng_seed, KINDS.index(kind)])
    ground, *ceilings = _SHAPES[kind](difficulty, rng)
    lines = (_with_end_walls(ground), *ceilings)
    for line in lines:
        line.setflags(write=False)
    return Terrain(name, kind, difficulty, rng_seed, lines)


def label_of(spec: str) -> str:
    """Return what people call the terrain with this spec: the name of a drawn one, else the spec.

    Raises:
        ValueError: no such terrain.
    """
    return make_terrain(spec).name


def _drawn(spec: str) -> Terrain:
    name, points = polyline.read_spec(spec)
    ground = np.array(points)
    if ground[0, 0] > -HALF_LENGTH:
        ground = np.vstack([[-HALF_LENGTH, ground[0, 1]], ground])
    if ground[-1, 0] < HALF_LENGTH:
        ground = np.vstack([ground, [HALF_LENGTH, ground[-1, 1]]])
    line = _with_end_walls(ground)
    line.setflags(write=False)
    return Terrain(name, polyline.KIND, 0.0, 0, (line,))


def _parse(name: str, numbers: list[str], place: int, kind: type, default):
    if len(numbers) <= place:
        return default
    try:
        return kind(numbers[place])
    except ValueError:
        what = ("difficulty", "seed")[place]
        raise ValueError(f"terrain {name!r}: the {what} {numbers[place]!r} is no number") from None


def _with_end_walls(ground: np.ndarray) -> np.ndarray:
    (x0, y0), (x1, y1) = ground[0], ground[-1]
    return np.vstack([[x0 - 1, y0 + END_WALL], ground, [x1 + 1, y1 + END_WALL]])


def _stations() -> np.ndarray:
    """Return the points along the course, one a unit, at which uneven ground is given."""
    return np.arange(-HALF_LENGTH, HALF_LENGTH + 0.5)


def _fade(x: np.ndarray) -> np.ndarray:
    """Return 0 on the pad and 1 beyond its edges, with a smooth way between."""
    u = np.clip((np.abs(x) - PAD) / FADE, 0, 1)
    return u * u * (3 - 2 * u)


def _sin(cycles: np.ndarray) -> np.ndarray:
    # numpy's sine may differ in the last bit between processors; the C library's does not
    return np.array([math.sin(2 * math.pi * c) for c in cycles.tolist()])


def _flat(d: float, rng: np.random.Generator) -> list[np.ndarray]:
    return [np.array([[-HALF_LENGTH, 0.0], [HALF_LENGTH, 0.0]])]


def _bumpy(d: float, rng: np.random.Generator) -> list[np.ndarray]:
    x = _stations()
    return [np.stack([x, _fade(x) * rng.uniform(-1, 1, len(x)) * (0.2 + 2.3 * d)], axis=1)]


def _hills(d: float, rng: np.random.Generator) -> list[np.ndarray]:
    x = _stations()
    y = np.zeros_like(x)
    for wavelength in (40.0, 23.0, 11.0):
        size, shift = rng.uniform(0.4, 1), rng.random()
        y += size * wavelength / 10 * d * _sin(x / wavelength + shift)
    return [np.stack([x, _fade(x) * y], axis=1)]


def _sine(d: float, rng: np.random.Generator) -> list[np.ndarray]:
    x = _stations()
    y = (0.5 + 4 * d) * _sin((np.abs(x) - PAD) / (30 - 14 * d))
    return [np.stack([x, _fade(x) * y], axis=1)]


def _cubic(d: float, rng: np.random.Generator) -> list[np.ndarray]:
    x = _stations()
    u = np.clip((np.abs(x) - PAD) / 90, 0, 2)
    return [np.stack([x, 60 * d * (u * u * u - 0.5 * u * u + 0.15 * u)], axis=1)]


def _steps(d: float, rng: np.random.Generator) -> list[np.ndarray]:
    rise, run = 0.3 + 2.5 * d, 8.0 - 3 * d
    count = int((HALF_LENGTH - PAD) // run)
    right = []
    for i in range(count):
        x = PAD + run * i
        right += [(x, rise * i), (x + 0.05, rise * (i + 1))]
    right.append((HALF_LENGTH, rise * count))
    left = [(-x, y) for x, y in reversed(right)]
    return [np.array(left + right)]


def _walls(d: float, sides: tuple[int, ...]) -> list[np.ndarray]:
    height, thickness, slant = 0.5 + 10 * d, 2.0, 0.05
    wall = [
        (PAD, 0.0),
        (PAD + slant, height),
        (PAD + thickness - slant, height),
        (PAD + thickness, 0.0),
    ]
    left = [(-x, y) for x, y in reversed(wall)] if -1 in sides else []
    right = wall if 1 in sides else []
    return [np.array([(-HALF_LENGTH, 0.0), *left, *right, (HALF_LENGTH, 0.0)])]


def _tunnel(d: float, rng: np.random.Generator) -> list[np.ndarray]:
    ceiling = 22.0 - 17.0 * d
    entrance = [(PAD, 60.0), (PAD + 0.05, ceiling), (HALF_LENGTH, ceiling)]
    mirrored = [(-x, y) for x, y in reversed(entrance)]
    return [*_flat(d, rng), np.array(entrance), np.array(mirrored)]


_SHAPES = {
    "flat": _flat,
    "bumpy": _bumpy,
    "hills": _hills,
    "sine": _sine,
    "cubic": _cubic,
    "steps": _steps,
    "wall_left": lambda d, rng: _walls(d, (-1,)),
    "wall_right": lambda d, rng: _walls(d, (1,)),
    "walls": lambda d, rng: _walls(d, (-1, 1)),
    "tunnel": _tunnel,
}
