from __future__ import annotations

from dataclasses import dataclass, field

from walk_creator import walker_creator


@dataclass
class Point:
    x: float
    y: float


@dataclass
class Spring:
    a: int
    b: int
    amplitude: float = 0.0
    phase: float = 0.0

    @property
    def rigid(self) -> bool:
        return self.amplitude == 0.0


@dataclass
class Crab:
    points: list[Point] = field(default_factory=list)
    springs: list[Spring] = field(default_factory=list)

    def build(self):
        wc = walker_creator()
        ids = [wc.add_joint(p.x, p.y) for p in self.points]
        for s in self.springs:
            wc.add_muscle(ids[s.a], ids[s.b], s.rigid, s.amplitude, s.phase)
        return wc.get_walker()


def make_walker():
    shell = [Point(3, 3), Point(7, 2.5), Point(11, 3), Point(7, 5)]
    legs = [Point(0, 0), Point(3, 0), Point(11, 0), Point(14, 0)]
    crab = Crab(points=shell + legs)
    crab.springs += [Spring(0, 1), Spring(1, 2), Spring(2, 3), Spring(3, 0), Spring(1, 3)]
    crab.springs += [Spring(0, 4, 5.0, 0.0), Spring(1, 4, 3.0, 0.25)]
    crab.springs += [Spring(0, 5, 5.0, 0.5), Spring(1, 5, 3.0, 0.75)]
    crab.springs += [Spring(2, 6, 5.0, 0.1), Spring(1, 6, 3.0, 0.4)]
    crab.springs += [Spring(2, 7, 5.0, 0.6), Spring(1, 7, 3.0, 0.9)]
    return crab.build()
