"""Ways to make walkers for tests: our own seed programs in this process, and shapes by number."""

import sys
import types
from unittest import mock

import numpy as np

from simulation import walker
from simulation.seeds import SEED_PROGRAMS


def run_seed_program(name: str) -> dict:
    """Return the walker of a program that ships with the project (nothing else runs here)."""
    names = {"walker_creator": walker.walker_creator, "query_cppn": walker.query_cppn}
    module = types.ModuleType("walk_creator")
    vars(module).update(names)
    scope = {"__name__": name}
    with mock.patch.dict(sys.modules, walk_creator=module):
        exec(SEED_PROGRAMS[name].source, scope)
    return scope["make_walker"]()


def muscle(i: int, j: int, amplitude: float = 2.0, phase: float = 0.0) -> list:
    return [i, j, {"type": "muscle", "amplitude": amplitude, "phase": phase}]


def rod(i: int, j: int) -> list:
    return [i, j, {"type": "distance", "amplitude": 0.0, "phase": 0.0}]


def square(size: float = 10.0, amplitude: float = 5.0) -> dict:
    """Return four joints with rods around and two muscles across."""
    joints = [[0.0, 0.0], [0.0, size], [size, size], [size, 0.0]]
    sides = [rod(0, 1), rod(1, 2), rod(2, 3), rod(3, 0)]
    return {"joints": joints, "muscles": [*sides, muscle(0, 2, amplitude), muscle(1, 3, 4.0, 0.3)]}


def random_walker(rng: np.random.Generator) -> dict:
    """Return a walker of 4 to 10 joints in a box, each joined to some that came before."""
    count = int(rng.integers(4, 11))
    joints = rng.uniform(0, 12, (count, 2)).tolist()
    muscles = []
    for j in range(1, count):
        for i in rng.choice(j, size=min(j, 3), replace=False).tolist():
            is_rod = rng.random() < 0.4
            drive = muscle(i, j, float(rng.uniform(0.5, 10)), float(rng.random()))
            muscles.append(rod(i, j) if is_rod else drive)
    return {"joints": joints, "muscles": [*muscles, muscle(0, count - 1)]}
