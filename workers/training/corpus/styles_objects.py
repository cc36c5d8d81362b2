"""Families of walker programs by their own kinds of objects: classes, records, enumerations."""

from random import Random

from workers.training.corpus.draw import amplitude, decimal, phase
from workers.training.corpus.pieces import active, edges, lines, program, tail


def dataclass_limbs(rng: Random) -> str:
    """Limbs as records of a dataclass."""
    hint = rng.choice(("float", "float", "int"))
    top = f"""
        @dataclass
        class Limb:
            x: {hint}
            length: float
            amp: float = {amplitude(rng)}
            phase: float = {phase(rng)}
    """
    n = rng.randint(2, 5)
    rows = [
        f"Limb(x={3 * k + rng.randint(0, 2)}, length={decimal(rng, 2, 6)}, phase={phase(rng)})"
        for k in range(n)
    ]
    if rng.random() < 0.5:
        rows = [
            f"Limb({3 * k}, {decimal(rng, 2, 6)}, {amplitude(rng)}, {phase(rng)})" for k in range(n)
        ]
    y = decimal(rng, 3, 7)
    body = "\n".join(
        [
            "limbs = [", *(f"    {row}," for row in rows), "]",
            *lines(f"""
            hips = []
            for limb in limbs:
                hip = wc.add_joint(limb.x, {y})
                knee = wc.add_joint(limb.x + {decimal(rng, 0.4, 1.5)}, {y} - limb.length / 2)
                foot = wc.add_joint(limb.x, {y} - limb.length)
                wc.add_muscle(hip, knee)
                wc.add_muscle(knee, foot)
                wc.add_muscle(hip, foot, False, limb.amp, limb.phase)
                if hips:
                    wc.add_muscle(hips[-1], hip)
                    wc.add_muscle(hips[-1], knee{tail(rng, 0.5)})
                hips.append(hip)
            """),
        ]
    )  # fmt: skip
    return program(rng, body, top=top, imports=("from dataclasses import dataclass",))


def records(rng: Random) -> str:
    """Named tuples for joints and for springs."""
    n = rng.randint(4, 6)
    style = rng.random()
    if style < 0.6:
        top = """
            Spring = namedtuple("Spring", "a b amp phase")
        """
        imports = ("from collections import namedtuple",)
    else:
        top = """
            class Spring(NamedTuple):
                a: int
                b: int
                amp: float
                phase: float
        """
        imports = ("from typing import NamedTuple",)
    *stiff, (a, b) = edges(rng, n, 3)
    rows = [
        f"Spring({c}, {d}, {rng.choice(('0', '0', amplitude(rng)))}, {phase(rng)})"
        for c, d in stiff
    ]
    rows.append(f"Spring({a}, {b}, {amplitude(rng)}, {phase(rng)})")
    points = ", ".join(f"({decimal(rng, 0, 12)}, {decimal(rng, 0, 8)})" for _ in range(n))
    body = "\n".join(
        [
            f"points = [{points}]",
            "springs = [", *(f"    {row}," for row in rows), "]",
            *lines("""
            joints = [wc.add_joint(x, y) for x, y in points]
            for s in springs:
                wc.add_muscle(joints[s.a], joints[s.b], s.amp == 0, s.amp, s.phase)
            """),
        ]
    )  # fmt: skip
    return program(rng, body, top=top, imports=imports)


def chained_class(rng: Random) -> str:
    """A class whose methods return itself."""
    top = f"""
        class Strip:
            def __init__(self, wc):
                self.wc = wc
                self.low = wc.add_joint(0, 0)
                self.high = wc.add_joint(0, {decimal(rng, 2, 5)})
                wc.add_muscle(self.low, self.high)
                self.x = 0

            def add(self, width, height, phase={phase(rng)}):
                self.x += width
                low = self.wc.add_joint(self.x, 0)
                high = self.wc.add_joint(self.x, height)
                self.wc.add_muscle(self.low, low)
                self.wc.add_muscle(self.high, high{tail(rng, 0.3, "phase")})
                self.wc.add_muscle(self.low, high, False, {amplitude(rng)}, phase)
                self.wc.add_muscle(low, high)
                self.low, self.high = low, high
                return self
    """
    calls = [
        f"strip.add({decimal(rng, 1, 3)}, {decimal(rng, 2, 5)}, {phase(rng)})"
        for _ in range(rng.randint(2, 4))
    ]
    body = "strip = Strip(wc)\n" + "\n".join(calls)
    if rng.random() < 0.4:
        body = (
            "strip = Strip(wc)\n"
            + f"for k in range({rng.randint(2, 6)}):\n    strip.add({decimal(rng, 1, 3)}, {decimal(rng, 2, 5)}, k / 4)"
        )
    return program(rng, body, top=top)


def inheritance(rng: Random) -> str:
    """A base class for parts and kinds of parts."""
    top = f"""
        class Part:
            stiffness = {amplitude(rng)}

            def __init__(self, wc, x, y):
                self.wc = wc
                self.root = wc.add_joint(x, y)
                self.build(x, y)

            def build(self, x, y):
                self.tip = self.root

        class Leg(Part):
            def build(self, x, y):
                self.tip = self.wc.add_joint(x + {decimal(rng, -1, 1)}, 0)
                self.wc.add_muscle(self.root, self.tip, False, self.stiffness, x / 10)

        class Head(Part):
            def build(self, x, y):
                self.tip = self.wc.add_joint(x + {decimal(rng, 0.5, 3)}, y + {decimal(rng, 1, 3)})
                self.wc.add_muscle(self.root, self.tip)
    """
    y = decimal(rng, 2, 6)
    n = rng.randint(2, 4)
    gap = rng.randint(2, 4)
    body = f"""
        parts = [Leg(wc, {gap} * k, {y}) for k in range({n})]
        parts.append(Head(wc, {gap * n}, {y}))
        for a, b in zip(parts, parts[1:]):
            wc.add_muscle(a.root, b.root)
            wc.add_muscle(a.tip, b.root{active(rng, "0.5")})
        wc.add_muscle(parts[0].root, parts[-1].tip{tail(rng, 0.5)})
    """
    return program(rng, body, top=top)


def kinds(rng: Random) -> str:
    """An enumeration of muscle kinds with a table of their settings."""
    top = f"""
        class Kind(Enum):
            RIGID = 0
            SLOW = 1
            FAST = 2

        WAVES = {{Kind.SLOW: ({amplitude(rng)}, {phase(rng)}), Kind.FAST: ({amplitude(rng)}, {phase(rng)})}}

        def join(wc, a, b, kind):
            if kind is Kind.RIGID:
                wc.add_muscle(a, b)
            else:
                amp, phase = WAVES[kind]
                wc.add_muscle(a, b, False, amp, phase)
    """
    n = rng.randint(4, 6)
    body = [
        f"p = [wc.add_joint({decimal(rng, 1, 2)} * k, {decimal(rng, 2, 5)} * (k % 2)) for k in range({n})]"
    ]
    for k, (a, b) in enumerate(edges(rng, n, 3)):
        kind = "FAST" if k == 0 else rng.choice(("RIGID", "RIGID", "SLOW", "FAST"))
        body.append(f"join(wc, p[{a}], p[{b}], Kind.{kind})")
    return program(rng, "\n".join(body), top=top, imports=("from enum import Enum",))
