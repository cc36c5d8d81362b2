"""Families of walker programs by how they go on: loops, generators, recursion, states."""

from random import Random

from workers.training.corpus.draw import amplitude, decimal, phase
from workers.training.corpus.pieces import active, edges, program, tail


def generator(rng: Random) -> str:
    """A generator yields the outline."""
    n, gap, h = rng.randint(5, 10), decimal(rng, 0.8, 2), decimal(rng, 2, 6)
    value = rng.choice(
        (
            f"i * {gap}, {h} if i % 2 else 0",
            f"i * {gap}, {h} * (i % 2)",
            f"{gap} * i, {h} - {h} * (i % 2)",
        )
    )
    top = f"""
        def outline(count):
            for i in range(count):
                yield {value}
    """
    body = f"""
        joints = [wc.add_joint(x, y) for x, y in outline({n})]
        for i in range(len(joints) - 1):
            wc.add_muscle(joints[i], joints[i + 1]{tail(rng, 0.2)})
        for i in range(len(joints) - 2):
            wc.add_muscle(joints[i], joints[i + 2]{active(rng, f"i / {n}", "0.25 * i")})
    """
    return program(rng, body, top=top)


def pair_generator(rng: Random) -> str:
    """A generator of neighbors, used for the rim and for the spokes."""
    n = rng.randint(5, 9)
    r, q = decimal(rng, 3, 8), decimal(rng, 1, 3)
    top = """
        def neighbors(items):
            previous = items[-1]
            for item in items:
                yield previous, item
                previous = item
    """
    body = f"""
        n = {n}
        outer, inner = [], []
        for i in range(n):
            t = 2 * math.pi * i / n
            outer.append(wc.add_joint({r} * math.cos(t), {r} * math.sin(t)))
            inner.append(wc.add_joint({q} * math.cos(t), {q} * math.sin(t)))
        for ring in (outer, inner):
            for a, b in neighbors(ring):
                wc.add_muscle(a, b)
        for i, (a, b) in enumerate(zip(outer, inner)):
            wc.add_muscle(a, b{active(rng, "i / n")})
            wc.add_muscle(a, inner[{rng.choice(("i - 1", "(i + 1) % n"))}]{tail(rng, 0.5, "i / n")})
    """
    return program(rng, body, top=top, imports=("import math",))


def tree(rng: Random) -> str:
    """A branching tree, grown by recursion with an angle."""
    depth, spread = rng.randint(2, 4), decimal(rng, 0.3, 0.9)
    top = f"""
        def grow(wc, root, x, y, angle, length, depth):
            if depth == 0:
                return []
            x += length * math.cos(angle)
            y += length * math.sin(angle)
            tip = wc.add_joint(x, y)
            wc.add_muscle(root, tip{tail(rng, 0.3, "depth / 4")})
            left = grow(wc, tip, x, y, angle + {spread}, length * {decimal(rng, 0.5, 0.9)}, depth - 1)
            right = grow(wc, tip, x, y, angle - {spread}, length * {decimal(rng, 0.5, 0.9)}, depth - 1)
            return [tip] + left + right
    """
    body = f"""
        root = wc.add_joint(0, 0)
        tips = grow(wc, root, 0, 0, {rng.choice(("math.pi / 2", "1.57", "-1.57", "0.8"))}, {decimal(rng, 2, 5)}, {depth})
        for k in range(len(tips) - 1):
            wc.add_muscle(tips[k], tips[k + 1]{active(rng, "k / len(tips)", "k % 2")})
    """
    return program(rng, body, top=top, imports=("import math",))


def rewriting(rng: Random) -> str:
    """An L-system: a word is rewritten, then drawn by a turtle with a stack."""
    rule = rng.choice(("F[+F]F", "FF[-F]", "F[+F][-F]", "F[-F]F[+F]", "F+F-F"))
    rounds = 2 if rule.count("F") < 3 else rng.randint(1, 2)
    turn = rng.choice(("0.5", "0.7", "1.0", "math.pi / 4", "math.pi / 3", "math.radians(30)"))
    body = f"""
        word = "F"
        for _ in range({rounds}):
            word = word.replace("F", "{rule}")
        x, y, angle = 0, 0, {decimal(rng, 0.3, 1.6)}
        joint = wc.add_joint(x, y)
        stack, made = [], [joint]
        for letter in word:
            if letter == "F":
                x += {decimal(rng, 1.5, 3)} * math.cos(angle)
                y += {decimal(rng, 1.5, 3)} * math.sin(angle)
                new = wc.add_joint(x, y)
                wc.add_muscle(joint, new)
                made.append(new)
                joint = new
            elif letter == "+":
                angle += {turn}
            elif letter == "-":
                angle -= {turn}
            elif letter == "[":
                stack.append((x, y, angle, joint))
            else:
                x, y, angle, joint = stack.pop()
        for k in range(2, len(made)):
            wc.add_muscle(made[k - 2], made[k]{active(rng, "k / len(made)", "k / 5")})
    """
    return program(rng, body, imports=("import math",))


def commands(rng: Random) -> str:
    """A walk over the plane by letters, a joint at each stop."""
    n = rng.randint(5, 10)
    path = "".join(rng.choice("RRRUDUD") for _ in range(n))
    path = "R" + path.replace("UD", "UR").replace("DU", "DR") + "R"
    step = decimal(rng, 1, 3)
    rows = rng.choice(
        ('{"R": (1, 0), "U": (0, 1), "D": (0, -1)}', "dict(R=(1, 0), U=(0, 1), D=(0, -1))")
    )
    body = f"""
        moves = {rows}
        x = y = 0
        trail = [wc.add_joint(x, y)]
        for move in "{path}":
            dx, dy = moves[move]
            x, y = x + dx * {step}, y + dy * {step}
            trail.append(wc.add_joint(x, y))
        keel = wc.add_joint(x / 2, {decimal(rng, -6, -2)})
        for i, joint in enumerate(trail[1:], 1):
            wc.add_muscle(trail[i - 1], joint)
            wc.add_muscle(joint, keel{active(rng, "i / len(trail)", "i % 2")})
        wc.add_muscle(trail[0], keel)
    """
    return program(rng, body)


def states(rng: Random) -> str:
    """A small machine with a state that decides what is built next."""
    n, h = rng.randint(5, 9), decimal(rng, 2, 5)
    body = f"""
        state = "{rng.choice(("up", "down"))}"
        x, last, before = 0, wc.add_joint(0, {decimal(rng, 1, 3)}), None
        for step in range({n}):
            if state == "up":
                new = wc.add_joint(x, {h})
                state = "down"
            else:
                new = wc.add_joint(x, 0)
                x += {decimal(rng, 1, 3)}
                state = "up"
            wc.add_muscle(last, new{tail(rng, 0.3)})
            if before is not None:
                wc.add_muscle(before, new{active(rng, f"step / {n}", "0.3 * step")})
            before, last = last, new
    """
    return program(rng, body)


def walrus(rng: Random) -> str:
    """A loop whose condition takes the step."""
    step, end = decimal(rng, 1, 2.5), rng.randint(6, 16)
    body = f"""
        x = {rng.choice(("0", "-1", "0.0"))}
        top, low = wc.add_joint(x, {decimal(rng, 3, 6)}), wc.add_joint(x, 0)
        wc.add_muscle(top, low)
        while (x := x + {step}) < {end}:
            y = {decimal(rng, 3, 6)} + {decimal(rng, 0.2, 1)} * math.sin(x)
            new_top, new_low = wc.add_joint(x, y), wc.add_joint(x, 0)
            wc.add_muscle(top, new_top)
            wc.add_muscle(low, new_low{tail(rng, 0.3)})
            wc.add_muscle(top, new_low{active(rng, f"x / {end}")})
            wc.add_muscle(new_top, new_low)
            top, low = new_top, new_low
    """
    return program(rng, body, imports=("import math",))


def matching(rng: Random) -> str:
    """Instructions as tuples, told apart by match."""
    n = rng.randint(4, 6)
    steps = [f'("joint", {decimal(rng, 0, 12)}, {decimal(rng, 0, 8)})' for _ in range(n)]
    pairs = edges(rng, n, 4)
    stiff = min(n - 1, len(pairs) - 1)
    steps += [f'("bone", {a}, {b})' for a, b in pairs[:stiff]]
    steps += [f'("pull", {a}, {b}, {phase(rng)})' for a, b in pairs[stiff:]]
    body = f"""
        joints = []
        for step in PLAN:
            match step:
                case ("joint", x, y):
                    joints.append(wc.add_joint(x, y))
                case ("bone", a, b):
                    wc.add_muscle(joints[a], joints[b])
                case ("pull", a, b, phase):
                    wc.add_muscle(joints[a], joints[b], False, {amplitude(rng)}, phase)
    """
    top = "\n".join(["PLAN = [", *(f"    {s}," for s in steps), "]"])
    return program(rng, body, top=top)


def growing(rng: Random) -> str:
    """A queue of tips from which the body grows."""
    size = rng.randint(5, 10)
    body = f"""
        start = wc.add_joint(0, 0)
        queue = deque([(start, 0, 0)])
        made = [start]
        while len(made) < {size}:
            parent, x, y = queue.popleft()
            for dx, dy in (({decimal(rng, 1, 3)}, {decimal(rng, 0.5, 3)}), ({decimal(rng, -3, -1)}, {decimal(rng, 1, 3)})):
                child = wc.add_joint(x + dx, y + dy)
                wc.add_muscle(parent, child)
                wc.add_muscle(made[-1], child{active(rng, "len(made) / 8", "y / 6")})
                made.append(child)
                queue.append((child, x + dx, y + dy))
        wc.add_muscle(made[1], made[2]{tail(rng, 0.6)})
    """
    return program(rng, body, imports=("from collections import deque",))


def scissors(rng: Random) -> str:
    """Crossed bars in a row that open and close."""
    n, w, h = rng.randint(2, 5), decimal(rng, 1.5, 4), decimal(rng, 1.5, 4)
    body = f"""
        left = (wc.add_joint(0, 0), wc.add_joint(0, {h}))
        wc.add_muscle(*left{active(rng)})
        for cell in range(1, {n + 1}):
            right = (wc.add_joint(cell * {w}, 0), wc.add_joint(cell * {w}, {h}))
            wc.add_muscle(left[0], right[1])
            wc.add_muscle(left[1], right[0])
            wc.add_muscle(right[0], right[1]{active(rng, f"cell / {n}")})
            wc.add_muscle(left[0], right[0]{tail(rng, 0.5)})
            left = right
    """
    return program(rng, body)
