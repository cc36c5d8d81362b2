"""Families of walker programs by their helper functions: nested, closed over, with any arguments."""

from random import Random

from workers.training.corpus.draw import amplitude, decimal, phase
from workers.training.corpus.pieces import active, edges, lines, program, tail


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
