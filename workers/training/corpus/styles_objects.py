"""Families of walker programs by how they are divided: classes, closures, helpers, records."""

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


def nested_helpers(rng: Random) -> str:
    """Functions inside the builder that share its creator."""
    n = rng.randint(2, 4)
    body = f"""
        def joint(x, y):
            return wc.add_joint({decimal(rng, 0.6, 2)} * x, {decimal(rng, 0.6, 2)} * y)

        def rigid(a, b):
            wc.add_muscle(a, b)

        def pull(a, b, phase):
            wc.add_muscle(a, b, False, {amplitude(rng)}, phase)

        corners = [joint(0, {rng.randint(2, 4)}), joint({rng.randint(4, 8)}, {rng.randint(2, 4)}), joint({rng.randint(4, 8)}, {rng.randint(5, 7)}), joint(0, {rng.randint(5, 7)})]
        for i in range(4):
            rigid(corners[i - 1], corners[i])
        rigid(corners[0], corners[2])
        for k in range({n}):
            foot = joint({rng.randint(1, 3)} * k, 0)
            pull(corners[0], foot, k / {n})
            {rng.choice(("pull(corners[1], foot, k / " + str(n) + " + 0.5)", "rigid(corners[1], foot)"))}
    """
    return program(rng, body)


def counter_closure(rng: Random) -> str:
    """A builder function that keeps count in a closure."""
    top = f"""
        def make_legger(wc, y, amp):
            count = 0

            def add_leg(hip, x):
                nonlocal count
                foot = wc.add_joint(x, y)
                wc.add_muscle(hip, foot, False, amp, count * {decimal(rng, 0.1, 0.6, 2)})
                count += 1
                return foot

            return add_leg
    """
    n = rng.randint(3, 6)
    body = f"""
        back = [wc.add_joint({decimal(rng, 1.5, 3)} * i, {decimal(rng, 3, 6)}) for i in range({n})]
        add_leg = make_legger(wc, {rng.choice(("0", "0", "-1"))}, {amplitude(rng)})
        feet = [add_leg(hip, {decimal(rng, 1.5, 3)} * i) for i, hip in enumerate(back)]
        for i in range({n} - 1):
            wc.add_muscle(back[i], back[i + 1])
            wc.add_muscle(feet[i], back[i + 1]{tail(rng, 0.5)})
    """
    return program(rng, body, top=top)


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


def varargs(rng: Random) -> str:
    """Helpers that take any number of joints."""
    closed = rng.random() < 0.5
    second = "joints[1:] + joints[:1]" if closed else "joints[1:]"
    top = f"""
        def {"loop" if closed else "chain"}(wc, *joints, **how):
            for a, b in zip(joints, {second}):
                wc.add_muscle(a, b, **how)
    """
    call = "loop" if closed else "chain"
    w, h = rng.randint(4, 12), rng.randint(3, 7)
    how = rng.choice(
        (
            f"is_distance=False, amplitude={amplitude(rng)}, phase={phase(rng)}",
            f"amplitude={amplitude(rng)}, phase={phase(rng)}",
        )
    )
    body = f"""
        a, b = wc.add_joint(0, {h}), wc.add_joint({w}, {h})
        c, d = wc.add_joint({w - 1}, 0), wc.add_joint({decimal(rng, 0, 2)}, 0)
        mid = wc.add_joint({w / 2}, {decimal(rng, 1, h)})
        {call}(wc, a, b, c, d)
        {call}(wc, a, mid, c, {how})
        {call}(wc, b, mid, d{rng.choice(("", ", " + how))})
    """
    return program(rng, body, top=top)


def mirrored(rng: Random) -> str:
    """The same side twice, once with a minus sign."""
    top = f"""
        def side(wc, body, sign, phase):
            shoulder = wc.add_joint(sign * {decimal(rng, 1, 3)}, {decimal(rng, 3, 5)})
            elbow = wc.add_joint(sign * {decimal(rng, 3, 5)}, {decimal(rng, 2, 4)})
            hand = wc.add_joint(sign * {decimal(rng, 3, 7)}, 0)
            wc.add_muscle(body, shoulder)
            wc.add_muscle(shoulder, elbow)
            wc.add_muscle(elbow, hand)
            wc.add_muscle(body, elbow{tail(rng, 0.6, "phase")})
            wc.add_muscle(shoulder, hand, False, {amplitude(rng)}, phase)
            return shoulder{rng.choice(("", ", hand"))}
    """
    one = "return shoulder, hand" not in top
    take = "" if one else "[0]"
    calls = rng.choice(
        (
            f"""
            left = side(wc, body, -1, {phase(rng)}){take}
            right = side(wc, body, 1, {phase(rng)}){take}
            wc.add_muscle(left, right)
            """,
            f"""
            ends = [side(wc, body, sign, {rng.choice(("0.5 if sign > 0 else 0", "(sign + 1) / 4"))}){take} for sign in (-1, 1)]
            wc.add_muscle(ends[0], ends[1]{tail(rng, 0.3)})
            """,
        )
    )
    body = f"body = wc.add_joint(0, {decimal(rng, 4, 8)})\n" + "\n".join(lines(calls))
    return program(rng, body, top=top)


def mirrored_points(rng: Random) -> str:
    """Half of the points are written, the other half is their mirror image."""
    n = rng.randint(3, 5)
    rows = ", ".join(
        f"({decimal(rng, 0.5 + k, 2 + 2 * k)}, {decimal(rng, 0, 8)})" for k in range(n)
    )
    body = f"""
        half = [{rows}]
        right = [wc.add_joint(x, y) for x, y in half]
        left = [wc.add_joint(-x, y) for x, y in half]
        for row in (left, right):
            for k in range(len(row) - 1):
                wc.add_muscle(row[k], row[k + 1])
        for k in range(len(half)):
            wc.add_muscle(left[k], right[k]{tail(rng, 0.5)})
            wc.add_muscle(left[k], right[k - 1]{active(rng, f"k / {n}", "0.5")})
    """
    return program(rng, body)


def formatted_keys(rng: Random) -> str:
    """Joints in a dictionary under keys made with f-strings."""
    n = rng.randint(2, 5)
    a, b = rng.choice((("hip", "foot"), ("top", "low"), ("back", "leg"), ("up", "down")))
    body = f"""
        joints = {{}}
        for i in range({n}):
            joints[f"{a}_{{i}}"] = wc.add_joint({decimal(rng, 1.5, 4)} * i, {decimal(rng, 2, 6)})
            joints[f"{b}_{{i}}"] = wc.add_joint({decimal(rng, 1.5, 4)} * i + {decimal(rng, -1, 1)}, 0)
            wc.add_muscle(joints[f"{a}_{{i}}"], joints[f"{b}_{{i}}"]{active(rng, f"i / {n}")})
        for i in range({n} - 1):
            wc.add_muscle(joints[f"{a}_{{i}}"], joints[f"{a}_{{i + 1}}"])
            wc.add_muscle(joints[f"{b}_{{i}}"], joints[f"{a}_{{i + 1}}"]{tail(rng, 0.5)})
    """
    return program(rng, body)


def keyword_only(rng: Random) -> str:
    """A helper with arguments that must be named."""
    top = """
        def spring(wc, a, b, *, amp=0, phase=0.0):
            if amp:
                wc.add_muscle(a, b, False, amp, phase)
            else:
                wc.add_muscle(a, b)
    """
    n = rng.randint(4, 7)
    pairs = edges(rng, n, 3)
    rows = []
    for k, (a, b) in enumerate(pairs):
        how = rng.choice(
            ("", f", amp={amplitude(rng)}", f", amp={amplitude(rng)}, phase={phase(rng)}")
        )
        if k == 0:
            how = f", amp={amplitude(rng)}, phase={phase(rng)}"
        rows.append(f"spring(wc, p{a}, p{b}{how})")
    body = [f"p{k} = wc.add_joint({decimal(rng, 0, 14)}, {decimal(rng, 0, 8)})" for k in range(n)]
    return program(rng, "\n".join([*body, *rows]), top=top)


def typed(rng: Random) -> str:
    """Type hints everywhere."""
    n = rng.randint(4, 8)
    top = f"""
        Point = tuple[float, float]

        def row(count: int, y: float, gap: float = {decimal(rng, 1, 2.5)}) -> list[Point]:
            return [(i * gap, y) for i in range(count)]

        def place(wc: walker_creator, points: list[Point]) -> list[int]:
            return [wc.add_joint(x, y) for x, y in points]
    """
    body = f"""
        upper: list[int] = place(wc, row({n}, {decimal(rng, 2, 6)}))
        lower: list[int] = place(wc, row({n}, {rng.choice(("0.0", "0", "-0.5"))}))
        for i in range({n} - 1):
            wc.add_muscle(upper[i], upper[i + 1])
            wc.add_muscle(lower[i], upper[i + 1]{active(rng, f"i / {n}")})
        for a, b in zip(upper, lower):
            wc.add_muscle(a, b{tail(rng, 0.4)})
    """
    return program(rng, body, top=top)


def partials(rng: Random) -> str:
    """Ready-made kinds of muscles from functools.partial."""
    n = rng.randint(3, 6)
    body = f"""
        rod = partial(wc.add_muscle, is_distance=True)
        slow = partial(wc.add_muscle, is_distance=False, amplitude={amplitude(rng)})
        hub = wc.add_joint(0, {decimal(rng, 3, 6)})
        tips = [wc.add_joint({decimal(rng, 1, 3)} * k, {rng.choice(("0", "k % 2", "-0.3 * k"))}) for k in range({n})]
        for k, tip in enumerate(tips):
            slow(hub, tip, phase=k / {n})
            if k:
                rod(tips[k - 1], tip)
    """
    return program(rng, body, imports=("from functools import partial",))


def wheels(rng: Random) -> str:
    """A car: wheels from a helper, a chassis between their hubs."""
    n = rng.randint(4, 7)
    top = f"""
        def wheel(wc, cx, cy, r, n={n}):
            hub = wc.add_joint(cx, cy)
            rim = [wc.add_joint(cx + r * math.cos(2 * math.pi * k / n), cy + r * math.sin(2 * math.pi * k / n)) for k in range(n)]
            for k in range(n):
                wc.add_muscle(rim[k - 1], rim[k])
                wc.add_muscle(hub, rim[k], False, {amplitude(rng)}, {rng.choice(("k / n", "-k / n"))})
            return hub
    """
    w = rng.randint(6, 12)
    body = f"""
        rear = wheel(wc, 0, 2, {decimal(rng, 1, 2.5)})
        front = wheel(wc, {w}, 2, {decimal(rng, 1, 2.5)})
        seat = wc.add_joint({decimal(rng, 2, w - 2)}, {decimal(rng, 4, 7)})
        wc.add_muscle(rear, front)
        wc.add_muscle(rear, seat{tail(rng, 0.3)})
        wc.add_muscle(seat, front{tail(rng, 0.3)})
    """
    return program(rng, body, top=top, imports=("import math",))


def grouped(rng: Random) -> str:
    """Joints gathered in groups, each group treated in its own way."""
    n = rng.randint(6, 11)
    body = f"""
        groups = defaultdict(list)
        for k in range({n}):
            groups[k % {rng.choice(("2", "3"))}].append(wc.add_joint({decimal(rng, 0.8, 1.6)} * k, {decimal(rng, 1, 2.5)} * (k % 3)))
        for group in groups.values():
            for a, b in zip(group, group[1:]):
                wc.add_muscle(a, b)
        for k, (a, b) in enumerate(zip(groups[0], groups[1])):
            wc.add_muscle(a, b{active(rng, "k / 4", "k % 2")})
        for a, b in zip(groups[0][1:], groups[1]):
            wc.add_muscle(a, b{tail(rng, 0.5)})
    """
    return program(rng, body, imports=("from collections import defaultdict",))


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


def beams(rng: Random) -> str:
    """A helper that cuts a line into pieces, used for back and braces."""
    top = """
        def mix(p, q, t):
            return p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t

        def beam(wc, p, q, parts):
            joints = [wc.add_joint(*mix(p, q, i / parts)) for i in range(parts + 1)]
            for a, b in zip(joints, joints[1:]):
                wc.add_muscle(a, b)
            return joints
    """
    n = rng.randint(2, 5)
    w, h = rng.randint(5, 14), rng.randint(3, 7)
    body = f"""
        top = beam(wc, (0, {h}), ({w}, {h + rng.randint(-1, 2)}), {n})
        low = beam(wc, ({decimal(rng, 0, 1)}, 0), ({w - 1}, {decimal(rng, 0, 1)}), {n})
        for i, (a, b) in enumerate(zip(top, low)):
            wc.add_muscle(a, b{active(rng, f"i / {n + 1}")})
        for a, b in zip(top[1:], low):
            wc.add_muscle(a, b{tail(rng, 0.4)})
    """
    return program(rng, body, top=top)
