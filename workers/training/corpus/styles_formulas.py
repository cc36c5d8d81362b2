"""Families of walker programs by the mathematics they use: arrays, complex numbers, waves."""

from random import Random

from workers.training.corpus.draw import amplitude, decimal, phase
from workers.training.corpus.pieces import active, program, tail


def complex_ring(rng: Random) -> str:
    """Points as complex numbers."""
    n = rng.randint(5, 10)
    r, squash = decimal(rng, 2, 7), decimal(rng, 0.4, 1.5)
    points = rng.choice(
        (
            f"[{r} * cmath.exp(2j * cmath.pi * k / {n}) for k in range({n})]",
            f"[cmath.rect({r}, 2 * cmath.pi * k / {n}) for k in range({n})]",
            f"[{r} * cmath.exp(1j * k * {round(6.283 / n, 2)}) for k in range({n})]",
        )
    )
    body = f"""
        points = {points}
        center = {rng.randint(0, 6)} + {rng.randint(0, 6)}j
        rim = [wc.add_joint((center + p).real, (center + {squash} * p).imag) for p in points]
        hub = wc.add_joint(center.real, center.imag)
        for k in range(len(rim)):
            wc.add_muscle(rim[k], rim[k - 1])
            wc.add_muscle(hub, rim[k]{active(rng, "cmath.phase(points[k]) / 6.28", f"k / {n}")})
    """
    return program(rng, body, imports=("import cmath",))


def complex_walk(rng: Random) -> str:
    """A direction as a complex number that is turned step by step."""
    n = rng.randint(4, 9)
    body = f"""
        z, d = 0j, {decimal(rng, 1.5, 3)} + 0j
        turn = complex({decimal(rng, 0.5, 0.95, 2)}, {decimal(rng, 0.2, 0.7, 2)})
        chain = []
        for k in range({n}):
            chain.append(wc.add_joint(z.real, z.imag))
            z += d
            d *= turn / abs(turn)
        for a, b in zip(chain, chain[1:]):
            wc.add_muscle(a, b)
        for k in range({n} - 2):
            wc.add_muscle(chain[k], chain[k + 2]{active(rng, f"k / {n}", "k * 0.2")})
    """
    return program(rng, body)


def numpy_outline(rng: Random) -> str:
    """A wavy back from numpy."""
    n = rng.randint(5, 10)
    body = f"""
        n = {n}
        xs = np.linspace(0, {rng.randint(6, 18)}, n)
        top = {decimal(rng, 3, 7)} + {decimal(rng, 0.3, 2)} * np.{rng.choice(("sin", "cos"))}(xs)
        low = np.zeros(n){rng.choice(("", " - 1", " + 0.2 * xs"))}
        back = [wc.add_joint(x, y) for x, y in zip(xs, top)]
        feet = [wc.add_joint(x, y) for x, y in zip(xs, low)]
        for i in range(n - 1):
            wc.add_muscle(back[i], back[i + 1])
            wc.add_muscle(back[i], feet[i + 1]{active(rng, "xs[i] / 10", "i / n")})
        for i in range(n):
            wc.add_muscle(back[i], feet[i]{tail(rng, 0.5, "i / n")})
    """
    return program(rng, body, imports=("import numpy as np",))


def numpy_pairs(rng: Random) -> str:
    """An array of points; distances decide who is joined."""
    n = rng.randint(5, 8)
    rows = ", ".join(f"[{decimal(rng, 0, 12)}, {decimal(rng, 0, 8)}]" for _ in range(n))
    body = f"""
        pts = np.array([{rows}])
        joints = [wc.add_joint(*p) for p in pts]
        for i in range(len(pts)):
            dist = np.linalg.norm(pts - pts[i], axis=1)
            near = np.argsort(dist)[1:{rng.randint(3, 5)}]
            for j in near:
                amp = {rng.choice((amplitude(rng), "dist[j]", "float(dist[j]) / 2"))}
                wc.add_muscle(joints[i], joints[j], False, amp, {rng.choice((f"i / {n}", phase(rng)))})
        for i in range(len(pts) - 1):
            wc.add_muscle(joints[i], joints[i + 1])
    """
    return program(rng, body, imports=("import numpy as np",))


def combinations(rng: Random) -> str:
    """All pairs of a few points, those that are near active."""
    n = rng.randint(4, 7)
    rows = ", ".join(f"({3 * k}, {decimal(rng, 0, 9)})" for k in range(n))
    gap = rng.choice(
        (
            "abs(p[0] - q[0]) + abs(p[1] - q[1])",
            "math.dist(p, q)",
            "math.hypot(p[0] - q[0], p[1] - q[1])",
        )
    )
    body = f"""
        spots = [{rows}]
        joints = {{p: wc.add_joint(*p) for p in spots}}
        for p, q in combinations(spots, 2):
            length = {gap}
            if length < {decimal(rng, 4, 8)}:
                wc.add_muscle(joints[p], joints[q])
            else:
                wc.add_muscle(joints[p], joints[q], False, {rng.choice(("length / 2", amplitude(rng)))}, {rng.choice(("length / 10", phase(rng)))})
    """
    imports = ("import math", "from itertools import combinations")
    return program(rng, body, imports=imports)


def lattice(rng: Random) -> str:
    """Rows of joints, every second one shifted by half a step."""
    w, h = rng.randint(3, 6), rng.randint(2, 3)
    d = decimal(rng, 1.2, 3)
    body = f"""
        nodes = {{}}
        for row, col in itertools.product(range({h}), range({w})):
            shift = 0.5 if row % 2 else 0
            nodes[row, col] = wc.add_joint((col + shift) * {d}, row * {d} * {rng.choice(("0.87", "0.9", "1.0"))})
        for row, col in nodes:
            for dr, dc in ((0, 1), (1, 0), (1, -1)):
                if (row + dr, col + dc) in nodes:
                    wc.add_muscle(nodes[row, col], nodes[row + dr, col + dc]{active(rng, f"col / {w}", "row / 2", f"(row + col) / {w + h}")})
    """
    return program(rng, body, imports=("import itertools",))


def centipede(rng: Random) -> str:
    """A travelling wave in the strength and the phase of the legs."""
    n = rng.randint(3, 8)
    wave = rng.choice(
        (
            f"{decimal(rng, 2, 5)} + 2 * math.sin(i)",
            f"{decimal(rng, 3, 8)} * abs(math.cos(0.5 * i)) + 1",
            amplitude(rng),
        )
    )
    body = f"""
        for i in range(SEGMENTS):
            x = GAP * i
            back = wc.add_joint(x, HEIGHT)
            foot = wc.add_joint(x + {decimal(rng, -0.9, 0.9)}, 0)
            strength = {wave}
            wc.add_muscle(back, foot, False, strength, {rng.choice(("i / SEGMENTS", "0.25 * i", "(i % 2) / 2"))})
            if i:
                wc.add_muscle(last_back, back)
                wc.add_muscle(last_foot, back{tail(rng, 0.4)})
            last_back, last_foot = back, foot
    """
    top = f"""
        SEGMENTS = {n}
        GAP = {decimal(rng, 1, 3)}
        HEIGHT = {decimal(rng, 2, 6)}
    """
    return program(rng, body, top=top, imports=("import math",))


def accumulated(rng: Random) -> str:
    """Gaps that add up to places."""
    n = rng.randint(4, 8)
    gaps = ", ".join(decimal(rng, 0.6, 3) for _ in range(n))
    body = f"""
        xs = list(accumulate([{gaps}]))
        beam = [wc.add_joint(x, {decimal(rng, 3, 6)}) for x in xs]
        floor = [wc.add_joint((a + b) / 2, 0) for a, b in zip(xs, xs[1:])]
        for a, b in zip(beam, beam[1:]):
            wc.add_muscle(a, b)
        for k, foot in enumerate(floor):
            wc.add_muscle(beam[k], foot{active(rng, f"k / {n}", "k % 2 / 2")})
            wc.add_muscle(beam[k + 1], foot{tail(rng, 0.6, f"k / {n}")})
    """
    return program(rng, body, imports=("from itertools import accumulate",))


def curve(rng: Random) -> str:
    """A closed curve from a formula, cross-braced."""
    n = rng.randint(6, 12)
    r = rng.choice(
        (
            f"{decimal(rng, 3, 6)} + {decimal(rng, 0.5, 2)} * math.cos({rng.randint(2, 4)} * t)",
            f"{decimal(rng, 2, 6)} * (1 + 0.3 * math.sin(t))",
        )
    )
    body = f"""
        n = {n}
        loop = []
        for k in range(n):
            t = math.tau * k / n
            r = {r}
            loop.append(wc.add_joint(r * math.cos(t), r * math.sin(t)))
        for k, joint in enumerate(loop):
            wc.add_muscle(joint, loop[k - 1])
            wc.add_muscle(joint, loop[(k + {rng.choice(("n // 2", "2", "3"))}) % n]{active(rng, "k / n", "2 * k / n")})
    """
    return program(rng, body, imports=("import math",))


def lambdas(rng: Random) -> str:
    """Short formulas in lambdas."""
    n = rng.randint(4, 8)
    top = f"""
        height = lambda k: {rng.choice((f"{decimal(rng, 2, 5)} + k % 2", f"{decimal(rng, 3, 6)} - 0.1 * k * k", decimal(rng, 2, 6)))}
        timing = lambda k: {rng.choice((f"k / {n}", "0.5 * (k % 2)", f"{decimal(rng, 0.1, 0.4, 2)} * k"))}
    """
    body = f"""
        spine = [wc.add_joint({decimal(rng, 1, 2.5)} * k, height(k)) for k in range({n})]
        feet = [wc.add_joint({decimal(rng, 1, 2.5)} * k, {rng.choice(("0", "-1"))}) for k in range({n})]
        for k in range({n}):
            wc.add_muscle(spine[k], feet[k], False, {amplitude(rng)}, timing(k))
            if k > 0:
                wc.add_muscle(spine[k - 1], spine[k])
                wc.add_muscle(spine[k - 1], feet[k]{tail(rng, 0.4, "timing(k)")})
    """
    return program(rng, body, top=top)


def seeded_random(rng: Random) -> str:
    """Jitter from a generator with a fixed seed."""
    n = rng.randint(5, 9)
    body = f"""
        rng = random.Random({rng.randint(0, 99)})
        joints = []
        for k in range({n}):
            joints.append(wc.add_joint({decimal(rng, 1, 2)} * k + rng.uniform(-0.5, 0.5), rng.uniform(0, {decimal(rng, 3, 6)})))
        for k in range(1, {n}):
            wc.add_muscle(joints[k - 1], joints[k])
            amp, phase = rng.uniform({decimal(rng, 0.5, 2)}, {decimal(rng, 3, 8)}), rng.random()
            wc.add_muscle(joints[rng.randrange(k)], joints[k], False, amp, phase)
    """
    return program(rng, body, imports=("import random",))
