"""Templates of walker programs: one function for each family, drawn afresh every time.

Four mirror the structure of the paper's seed programs (appendix B); the others are ways in which
people write such programs. Names are changed later by ``restyle``.
"""

from itertools import pairwise
from random import Random

from simulation.seeds import SEED_PROGRAMS
from workers.training.corpus.draw import amplitude, coordinate, decimal, phase

IMPORT = "from walk_creator import walker_creator"
END = "    return wc.get_walker()"


def _tail(rng: Random) -> str:
    """Return the arguments after the two joints: none, or flag, amplitude, phase."""
    return "" if rng.random() < 0.35 else f", False, {amplitude(rng)}, {phase(rng)}"


def _active(rng: Random, *extra_phases: str) -> str:
    waves = [*extra_phases, phase(rng)]
    return f", False, {amplitude(rng)}, {rng.choice(waves)}"


def _square_helper(rng: Random, doc: bool = True) -> str:
    if rng.random() < 0.25:
        return """def make_square(wc, x0, y0, x1, y1):
    return [
        wc.add_joint(x0, y0),
        wc.add_joint(x0, y1),
        wc.add_joint(x1, y1),
        wc.add_joint(x1, y0),
    ]"""
    text = '\n    """Make a square with top left x0,y0 and top right x1,y1."""' if doc else ""
    return f"""def make_square(wc, x0, y0, x1, y1):{text}
    j0 = wc.add_joint(x0, y0)
    j1 = wc.add_joint(x0, y1)
    j2 = wc.add_joint(x1, y1)
    j3 = wc.add_joint(x1, y0)
    return j0, j1, j2, j3"""


def square(rng: Random) -> str:
    w, h = rng.randint(2, 16), rng.randint(2, 16)
    x, y = rng.choice([(0, 0), (0, 0), (rng.randint(0, 3), rng.randint(0, 3))])
    comment = rng.random() < 0.5
    out = [
        IMPORT,
        "",
        _square_helper(rng, rng.random() < 0.6),
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        "",
    ]
    if comment:
        out.append("    # the main body is a square")
    out.append(f"    sides = make_square(wc, {x}, {y}, {x + w}, {y + h})")
    out.append(f"    center = wc.add_joint({decimal(rng, x, x + w)}, {decimal(rng, y, y + h)})")
    out.append("")
    if comment:
        out.append("    # connect the square with distance muscles")
    t = _tail(rng) if rng.random() < 0.2 else ""
    if rng.random() < 0.7:
        out += [
            "    for k in range(len(sides) - 1):",
            f"        wc.add_muscle(sides[k], sides[k + 1]{t})",
            f"    wc.add_muscle(sides[3], sides[0]{t})",
        ]
    else:
        out += ["    for k in range(4):", f"        wc.add_muscle(sides[k], sides[(k + 1) % 4]{t})"]
    out.append("")
    order = rng.sample(range(4), rng.randint(2, 4))
    if comment:
        out.append("    # one prong of the square is a distance muscle")
    out.append(f"    wc.add_muscle(sides[{order[0]}], center)")
    if comment:
        out += ["", "    # the other prongs from the center of the square are active"]
    out += [f"    wc.add_muscle(sides[{i}], center{_active(rng)})" for i in order[1:]]
    return "\n".join([*out, "", END])


def _circle_helper(rng: Random) -> str:
    step = rng.choice(
        [
            "2 * 3.14 / (num_points - 1)",
            "2 * math.pi / num_points",
            "2 * 3.14 / num_points",
            "6.28 / num_points",
        ]
    )
    doc = '\n    """Approximate a circle with center (cx, cy) and num_points points."""'
    if rng.random() < 0.6:
        return f"""def make_circle(wc, cx, cy, radius, num_points):{doc if rng.random() < 0.5 else ""}
    joints = []
    tang = {step}
    for k in range(num_points):
        x = math.cos(tang * k) * radius + cx
        y = math.sin(tang * k) * radius + cy
        joints.append(wc.add_joint(x, y))
    return joints"""
    return f"""def make_circle(wc, cx, cy, radius, num_points):
    joints = []
    for i in range(num_points):
        ang = i * {step}
        joints.append(wc.add_joint(cx + radius * math.cos(ang), cy + radius * math.sin(ang)))
    return joints"""


def radial(rng: Random) -> str:
    n = rng.randint(5, 12)
    out = [
        "import math",
        IMPORT,
        "",
        _circle_helper(rng),
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        "",
    ]
    if rng.random() < 0.7:
        count, radius, cx, cy = "num_points", "rad", "cx", "cy"
        a, b = rng.randint(0, 9), rng.randint(0, 9)
        out += [f"    num_points = {n}", f"    rad = {decimal(rng, 1, 9)}"]
        out += rng.choice([[f"    cx, cy = ({a}, {b})"], [f"    cx = {a}", f"    cy = {b}"]])
    else:
        count, radius = str(n), decimal(rng, 1, 9)
        cx, cy = str(rng.randint(0, 9)), str(rng.randint(0, 9))
    out += [
        f"    points = make_circle(wc, {cx}, {cy}, {radius}, {count})",
        f"    center = wc.add_joint({cx}, {cy})",
        "",
    ]
    out.append(f"    for k in range({count}):")
    step = rng.choice([1, 1, 1, 2])
    out.append(f"        wc.add_muscle(points[k], points[(k + {step}) % {count}])")
    if rng.random() < 0.2:
        out += ["        # each spoke pulses after the one before it"] * (rng.random() < 0.5)
        out += [
            f"        pulse = float(k) / {count}",
            f"        wc.add_muscle(points[k], center, False, {rng.choice(['pulse', amplitude(rng)])}, {rng.choice(['pulse', '2 * pulse'])})",
        ]
        return "\n".join([*out, "", END])
    amp = rng.choice(
        [
            f"float(k) / {count}",
            f"k / {count}",
            amplitude(rng),
            f"{amplitude(rng)} * k / {count}",
            f"{amplitude(rng)} + k",
        ]
    )
    wave = rng.choice([f"float(k) / {count}", f"k / {count}", phase(rng), f"2 * k / {count}"])
    out.append(f"        wc.add_muscle(points[k], center, False, {amp}, {wave})")
    return "\n".join([*out, "", END])


_SQUARED = [
    "((x1 - x2) ** 2 + (y1 - y2) ** 2) <= {}",
    "(x1 - x2) ** 2 + (y1 - y2) ** 2 <= {}",
    "((x1 - x2) * (x1 - x2) + (y1 - y2) * (y1 - y2)) <= {}",
]


def closures(rng: Random) -> list[str]:
    """The three functions of grid positions that both CPPN seeds hand to query_cppn."""
    if rng.random() < 0.7:
        limit = rng.choice(["4.5", "4.5", "2.5", "1.5", "5", "2", "4"])
        out = ["    def connect(x1, y1, x2, y2):"]
        test = rng.choice(_SQUARED).format(limit)
        out += rng.choice(
            [
                [f"        if {test}:", "            return True", "        return False"],
                [f"        return {test}"],
            ]
        )
    else:
        out = [
            "    def connect(x1, y1, x2, y2):",
            f"        return abs(x1 - x2) + abs(y1 - y2) <= {rng.choice('1123')}",
        ]
    amp = rng.choice(
        [
            "max(abs(x1 - x2), abs(y1 - y2))",
            "max(abs(x1 - x2), abs(y1 - y2))",
            f"{amplitude(rng)}",
            f"{amplitude(rng)} if y1 == 0 else {amplitude(rng)}",
            f"abs(x1 - x2) + {decimal(rng, 0, 4)}",
            f"{amplitude(rng)} * (y1 + 1)",
        ]
    )
    wave = rng.choice(
        [
            "np.sign(x1)",
            "x1 if x1 % 2 == 1 else -x1",
            f"{decimal(rng, 0, 1, 2)} * x1",
            "x1 / 8",
            f"{decimal(rng, 0, 1, 2)} * (x1 + y2)",
            "(x1 + y1) / 4",
        ]
    )
    out += ["", "    def amp(x1, y1, x2, y2):"]
    out.append(f"        return {amp}")
    out += ["", "    def phase(x1, y1, x2, y2):"]
    if rng.random() < 0.25:
        at = next(k for k, line in enumerate(out) if line.startswith("    def amp"))
        out.insert(at + 1, "        # longer muscles pull harder")
        out.insert(1, "        # neighbors are joined")
    if " if x1 % 2" in wave and rng.random() < 0.6:
        out += ["        if x1 % 2 == 1:", "            return x1", "        return -x1"]
    else:
        out.append(f"        return {wave}")
    return out


def _cppn_call(rng: Random) -> list[str]:
    """The call of query_cppn; two of three keep its result."""
    args = f"{rng.randint(2, 9)}, {rng.randint(2, 4)}, {decimal(rng, 0.6, 4)}, connect, amp, phase"
    keep = rng.choice(["joints = ", "joints = ", ""])
    return [f"    {keep}query_cppn(wc, {args})"]


def cppn_fixed(rng: Random) -> str:
    out = [rng.choice([IMPORT, "from walk_creator import walker_creator, query_cppn"])]
    body = closures(rng)
    if any("np." in line for line in body):
        out.append("import numpy as np")
    return "\n".join(
        [
            *out,
            "",
            "def make_walker():",
            "    wc = walker_creator()",
            "",
            *body,
            "",
            *_cppn_call(rng),
            "",
            END,
        ]
    )


def cppn_mutable(rng: Random) -> str:
    body = closures(rng)
    out = [IMPORT] + (["import numpy as np"] if any("np." in line for line in body) else [])
    out += [
        "",
        "def query_cppn(wc, xgrid, ygrid, scale, connect_func, amp_func, phase_func):",
        '    """Create a grid of joints and connect them by three functions."""',
    ][: 2 if rng.random() < 0.5 else 3]
    key1, key2 = rng.choice([("(x1, y1)", "(x2, y2)"), ("x1, y1", "x2, y2")])
    out += [
        "    joints = {}",
        "    for x in range(xgrid):",
        "        for y in range(ygrid):",
        "            joints[(x, y)] = wc.add_joint(x * scale, y * scale)",
        "",
    ]
    skip = rng.choice(["x1 == y1 and x2 == y2", "x1 == y1 and x2 == y2", "x1 == x2 and y1 == y2"])
    pairs = [f"                    if {skip}:", "                        continue"]
    test = ["                    if connect_func(x1, y1, x2, y2):"]
    call = f"wc.add_muscle(joints[{key1}], joints[{key2}], False, "
    deep = " " * 24
    if rng.random() < 0.55:
        inner = [
            f"{deep}amp = amp_func(x1, y1, x2, y2)",
            f"{deep}phase = phase_func(x1, y1, x2, y2)",
            f"{deep}{call}amp, phase)",
        ]
    else:
        inner = [f"{deep}{call}amp_func(x1, y1, x2, y2), phase_func(x1, y1, x2, y2))"]
    second = rng.choice(
        [("range(x1, xgrid)", "range(y1, ygrid)")] * 3 + [("range(xgrid)", "range(y1, ygrid)")]
    )
    out += [
        "    for x1 in range(xgrid):",
        "        for y1 in range(ygrid):",
        f"            for x2 in {second[0]}:",
        f"                for y2 in {second[1]}:",
        *pairs,
        *test,
        *inner,
        "    return joints",
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        "",
        *body,
        "",
        *_cppn_call(rng),
        "",
        END,
    ]
    return "\n".join(out)


def grid(rng: Random) -> str:
    a = rng.choice(["", f", False, {amplitude(rng)}, x / nx", _active(rng)])
    b = rng.choice(["", f", False, {amplitude(rng)}, y / ny", _active(rng)])
    c = rng.choice([f", False, {amplitude(rng)}, x / nx", _active(rng), _active(rng, "x % 2")])
    helper = rng.random() < 0.6
    step = decimal(rng, 0.7, 4)
    out = [IMPORT, ""]
    if helper:
        out += [
            "def make_grid(wc, nx, ny, scale):",
            "    grid = {}",
            "    for x in range(nx):",
            "        for y in range(ny):",
            "            grid[(x, y)] = wc.add_joint(x * scale, y * scale)",
            "    return grid",
            "",
        ]
    out += [
        "def make_walker():",
        "    wc = walker_creator()",
        f"    nx, ny = ({rng.randint(2, 7)}, {rng.randint(2, 4)})",
    ]
    if helper:
        out.append(f"    grid = make_grid(wc, nx, ny, {step})")
    else:
        out += [
            "    grid = {}",
            "    for x in range(nx):",
            "        for y in range(ny):",
            f"            grid[x, y] = wc.add_joint({step} * x, {decimal(rng, 0.7, 4)} * y)",
        ]
    out += [
        "    for x in range(nx):",
        "        for y in range(ny):",
        "            if x + 1 < nx:",
        f"                wc.add_muscle(grid[(x, y)], grid[(x + 1, y)]{a})",
        "            if y + 1 < ny:",
        f"                wc.add_muscle(grid[(x, y)], grid[(x, y + 1)]{b})",
        "            if x + 1 < nx and y + 1 < ny:",
        f"                wc.add_muscle(grid[(x, y)], grid[(x + 1, y + 1)]{c})",
    ]
    return "\n".join([*out, END])


def ladder(rng: Random) -> str:
    t, b = rng.choice([("top", "bottom"), ("upper", "lower"), ("back", "belly")])
    n, h, d = rng.randint(3, 8), decimal(rng, 1, 9), decimal(rng, 0.8, 5)
    wave = _active(rng, "k / n", f"{decimal(rng, 0.1, 1)} * k", "k % 2")
    out = [IMPORT, "", "def make_walker():", "    wc = walker_creator()", f"    n = {n}"]
    if rng.random() < 0.5:
        out += [
            f"    {t} = [wc.add_joint(k * {d}, {h}) for k in range(n)]",
            f"    {b} = [wc.add_joint(k * {d}, 0) for k in range(n)]",
        ]
    else:
        out += [
            f"    {t} = []",
            f"    {b} = []",
            "    for k in range(n):",
            f"        {t}.append(wc.add_joint(k * {d}, {h}))",
            f"        {b}.append(wc.add_joint(k * {d}, {decimal(rng, -1, 1)}))",
        ]
    out += [
        "    for k in range(n - 1):",
        f"        wc.add_muscle({t}[k], {t}[k + 1])",
        f"        wc.add_muscle({b}[k], {b}[k + 1]{_tail(rng)})",
        f"        wc.add_muscle({t}[k], {b}[k + 1]{wave})",
        "    for k in range(n):",
        f"        wc.add_muscle({t}[k], {b}[k])",
    ]
    return "\n".join([*out, END])


def explicit(rng: Random) -> str:
    n, prefix = rng.randint(4, 8), rng.choice(["j", "j", "joint", "p", "n"])
    w, h = rng.randint(3, 22), rng.randint(3, 22)
    out = [IMPORT, "", "def make_walker():", "    wc = walker_creator()"]
    out += [
        f"    {prefix}{i} = wc.add_joint({coordinate(rng, 0, w)}, {coordinate(rng, 0, h)})"
        for i in range(n)
    ]
    edges = {(rng.randrange(i), i) for i in range(1, n)}
    for _ in range(n):
        edges.add(tuple(sorted(rng.sample(range(n), 2))))
    out += [f"    wc.add_muscle({prefix}{a}, {prefix}{b}{_tail(rng)})" for a, b in sorted(edges)]
    return "\n".join([*out, END])


def named_parts(rng: Random) -> str:
    """Joints with names of body parts, connected one by one, with comments."""
    s = rng.uniform(0.4, 2)
    parts = {
        "hip": (0, 5),
        "chest": (6, 6),
        "head": (8, 8),
        "knee": (1, 2),
        "toe": (0, 0),
        "hand": (7, 1),
        "tail": (-3, 6),
        "neck": (7, 7),
        "elbow": (6, 3),
        "heel": (-1, 0),
    }
    chosen = rng.sample(list(parts), rng.randint(4, 8))
    out = [IMPORT, "", "def make_walker():", "    wc = walker_creator()", "", "    # joints"]
    for p in chosen:
        x, y = (round((c + rng.uniform(-1, 1)) * s, 1) for c in parts[p])
        out.append(f"    {p} = wc.add_joint({x}, {y})")
    out += ["", "    # bones and muscles"]
    edges = [(chosen[rng.randrange(i)], chosen[i]) for i in range(1, len(chosen))]
    edges += [tuple(rng.sample(chosen, 2)) for _ in range(len(chosen))]
    out += [f"    wc.add_muscle({a}, {b}{_tail(rng)})" for a, b in edges]
    return "\n".join([*out, "", END])


def legs(rng: Random) -> str:
    n, w, h = rng.randint(2, 6), rng.randint(4, 16), rng.randint(2, 6)
    wave = _active(rng, "k / num_legs", "k % 2", f"{decimal(rng, 0, 1)} * k")
    base = rng.randint(2, 7)
    out = [
        IMPORT,
        "",
        _square_helper(rng, False),
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        f"    body = make_square(wc, 0, {base}, {w}, {base + h})",
        "    for k in range(4):",
        "        wc.add_muscle(body[k], body[(k + 1) % 4])",
        "    wc.add_muscle(body[0], body[2])",
        f"    num_legs = {n}",
        "    for k in range(num_legs):",
        f"        foot = wc.add_joint({decimal(rng, 1, 4)} * k, {rng.choice(['0', '0', '-1'])})",
        f"        wc.add_muscle(body[0], foot{wave})",
        f"        wc.add_muscle(body[3], foot{_tail(rng)})",
    ]
    return "\n".join([*out, END])


def truss(rng: Random) -> str:
    """Triangles in a row, built while walking along."""
    n, d, h = rng.randint(2, 6), decimal(rng, 1, 5), decimal(rng, 1, 6)
    wave = _active(rng, f"i / {n}", f"{decimal(rng, 0.1, 0.6)} * i")
    out = [
        IMPORT,
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        "    low = wc.add_joint(0, 0)",
        f"    high = wc.add_joint({decimal(rng, 0, 3)}, {h})",
        f"    wc.add_muscle(low, high{_tail(rng)})",
        f"    for i in range(1, {n + 1}):",
        f"        next_low = wc.add_joint(i * {d}, 0)",
        f"        next_high = wc.add_joint(i * {d} + {decimal(rng, 0, 2)}, {h})",
        "        wc.add_muscle(low, next_low)",
        f"        wc.add_muscle(high, next_high{_tail(rng)})",
        f"        wc.add_muscle(low, next_high{wave})",
        "        wc.add_muscle(next_low, next_high)",
        "        low, high = next_low, next_high",
    ]
    return "\n".join([*out, END])


def tuples(rng: Random) -> str:
    """The gallery's style: a list of joints, then loops over tuples of indices."""
    n = rng.randint(4, 7)
    w, h = rng.randint(4, 20), rng.randint(3, 16)
    joints = [f"wc.add_joint({coordinate(rng, 0, w)}, {coordinate(rng, 2, h)})" for _ in range(n)]
    out = [IMPORT, "", "def make_walker():", "    wc = walker_creator()", "    body = ["]
    out += [f"        {j}," for j in joints] + ["    ]"]
    edges = [(rng.randrange(i), i) for i in range(1, n)]
    edges += [tuple(rng.sample(range(n), 2)) for _ in range(n - 3)]
    listed = ", ".join(f"({a}, {b})" for a, b in edges)
    if len(listed) > 60:
        half = len(edges) // 2
        out += [
            "    links = [",
            "        " + ", ".join(f"({a}, {b})" for a, b in edges[:half]) + ",",
            "        " + ", ".join(f"({a}, {b})" for a, b in edges[half:]) + ",",
            "    ]",
            "    for i, j in links:",
        ]
    else:
        out.append(f"    for i, j in [{listed}]:")
    out += ["        wc.add_muscle(body[i], body[j])"]
    style = rng.random()
    if style < 0.5:
        back, front = f"wc.add_joint({coordinate(rng, -2, 4)}, 0)", f"wc.add_joint({w}, 0)"
        out += [f"    back, front = {back}, {front}"]
        rows = [
            (rng.randrange(n), rng.choice(["back", "front"]), amplitude(rng), phase(rng))
            for _ in range(rng.randint(3, 6))
        ]
        out += ["    for hip, foot, amp, phase in ["]
        out += [f"        ({a}, {b}, {c}, {d})," for a, b, c, d in rows]
        out += ["    ]:", "        wc.add_muscle(body[hip], foot, False, amp, phase)"]
    else:
        m = rng.randint(2, 4)
        xs = sorted(rng.randint(0, w) for _ in range(m))
        out += [
            f"    feet = [wc.add_joint(x, 0) for x in {xs}]",
            "    for k, foot in enumerate(feet):",
            f"        wc.add_muscle(body[0], foot{_active(rng, f'k / {m}')})",
            f"        wc.add_muscle(body[{rng.randrange(1, n)}], foot{_active(rng, 'k % 2')})",
        ]
    return "\n".join([*out, END])


def tables(rng: Random) -> str:
    """Tables of points and edges above the function."""
    n = rng.randint(4, 8)
    w, h = rng.randint(4, 22), rng.randint(3, 20)
    points = [f"({coordinate(rng, 0, w)}, {coordinate(rng, 0, h)})" for _ in range(n)]
    edges = [(rng.randrange(i), i) for i in range(1, n)]
    active = [
        (*rng.sample(range(n), 2), amplitude(rng), phase(rng)) for _ in range(rng.randint(2, 5))
    ]
    p, e, a = rng.choice([("POINTS", "EDGES", "ACTIVE"), ("points", "bones", "muscles")])
    top = p.isupper()

    def table(name, rows):
        if rng.random() < 0.5:
            return [f"{name} = [{', '.join(rows)}]"]
        return [f"{name} = [", *(f"    {r}," for r in rows), "]"]

    data = table(p, points) + table(e, [f"({i}, {j})" for i, j in edges])
    data += table(a, [f"({i}, {j}, {c}, {d})" for i, j, c, d in active])
    body = [
        f"    joints = [wc.add_joint(x, y) for x, y in {p}]",
        f"    for a, b in {e}:",
        "        wc.add_muscle(joints[a], joints[b])",
        f"    for a, b, strength, phase in {a}:",
        "        wc.add_muscle(joints[a], joints[b], False, strength, phase)",
    ]
    if top:
        out = [IMPORT, "", *data, "", "def make_walker():", "    wc = walker_creator()", *body]
    else:
        out = [
            IMPORT,
            "",
            "def make_walker():",
            "    wc = walker_creator()",
            *("    " + line for line in data),
            *body,
        ]
    return "\n".join([*out, END])


def comprehension(rng: Random) -> str:
    n, r1, r2 = rng.randint(5, 10), decimal(rng, 2, 11), decimal(rng, 1, 5)
    style = rng.random()
    if style < 0.5:
        out = [
            "from math import sin, cos, pi",
            IMPORT,
            "",
            "def make_walker():",
            "    wc = walker_creator()",
            f"    n = {n}",
            f"    outer = [wc.add_joint({r1} * cos(2 * pi * i / n), {r1} * sin(2 * pi * i / n)) for i in range(n)]",
            f"    inner = [wc.add_joint({r2} * cos(2 * pi * i / n), {r2} * sin(2 * pi * i / n)) for i in range(n)]",
            "    for i in range(n):",
            "        wc.add_muscle(outer[i], outer[i - 1])",
            f"        wc.add_muscle(inner[i], inner[i - 1]{_tail(rng)})",
            "    for i, (o, p) in enumerate(zip(outer, inner)):",
            f"        wc.add_muscle(o, p{_active(rng, 'i / n')})",
        ]
    else:
        out = [
            "import math",
            IMPORT,
            "",
            f"def make_walker(n={n}):",
            "    wc = walker_creator()",
            f"    arch = [wc.add_joint({r1} * math.cos(math.pi * i / (n - 1)), {r2} * math.sin(math.pi * i / (n - 1))) for i in range(n)]",
            "    for a, b in zip(arch, arch[1:]):",
            "        wc.add_muscle(a, b)",
            f"    feet = [wc.add_joint({decimal(rng, -8, 8)}, {decimal(rng, -4, 0)}) for _ in range({rng.randint(1, 3)})]",
            "    for i, joint in enumerate(arch):",
            f"        wc.add_muscle(joint, feet[i % len(feet)]{_active(rng, 'i / n')})",
        ]
    return "\n".join([*out, END])


def helper_defaults(rng: Random) -> str:
    """Small helpers with default arguments that build a part and return its joints."""
    n = rng.randint(2, 4)
    if rng.random() < 0.5:
        helper = [
            f"def triangle(wc, x, y, size={decimal(rng, 1, 6)}):",
            "    a = wc.add_joint(x, y)",
            "    b = wc.add_joint(x + size, y)",
            "    c = wc.add_joint(x + size / 2, y + size)",
            "    wc.add_muscle(a, b)",
            "    wc.add_muscle(b, c)",
            f"    wc.add_muscle(c, a{_tail(rng)})",
            "    return a, b, c",
        ]
        call, w = "triangle", 3
    else:
        helper = [
            f"def leg(wc, x, height={decimal(rng, 2, 9)}, amp={amplitude(rng)}, phase=0.0):",
            "    hip = wc.add_joint(x, height)",
            f"    knee = wc.add_joint(x + {decimal(rng, 0.4, 2)}, height / 2)",
            "    foot = wc.add_joint(x, 0)",
            "    wc.add_muscle(hip, knee)",
            "    wc.add_muscle(knee, foot)",
            "    wc.add_muscle(hip, foot, False, amp, phase)",
            "    return hip, knee, foot",
        ]
        call, w = "leg", 3
    out = [IMPORT, "", *helper, "", "def make_walker():", "    wc = walker_creator()"]
    if rng.random() < 0.5:
        names = rng.sample(["left", "right", "middle", "rear"], n)
        for k, part in enumerate(names):
            extra = (
                f", phase={phase(rng)}"
                if call == "leg" and rng.random() < 0.6
                else (
                    f", size={decimal(rng, 1, 6)}"
                    if call == "triangle" and rng.random() < 0.5
                    else ""
                )
            )
            at = f"{k * rng.randint(3, 6)}" + (
                f", {decimal(rng, 0, 3)}" if call == "triangle" else ""
            )
            out.append(f"    {part} = {call}(wc, {at}{extra})")
        for a, b in pairwise(names):
            if rng.random() < 0.5:
                out += [
                    f"    for p, q in zip({a}, {b}):",
                    f"        wc.add_muscle(p, q{_tail(rng)})",
                ]
            else:
                out += [
                    f"    wc.add_muscle({a}[{rng.randrange(w)}], {b}[{rng.randrange(w)}]{_tail(rng)})"
                    for _ in range(2)
                ]
        out.append(f"    wc.add_muscle({names[0]}[2], {names[1]}[0]{_active(rng)})")
    else:
        at = "3 * k" + (", 0" if call == "triangle" else "")
        out += [
            "    parts = []",
            f"    for k in range({n + 1}):",
            f"        parts.append({call}(wc, {at}))",
            f"    for k in range({n}):",
            "        wc.add_muscle(parts[k][0], parts[k + 1][0])",
            f"        wc.add_muscle(parts[k][1], parts[k + 1][2]{_active(rng, f'k / {n}')})",
        ]
    return "\n".join([*out, END])


def while_loop(rng: Random) -> str:
    step = decimal(rng, 1, 4)
    wave = _active(rng, "x / 10", f"{decimal(rng, 0.05, 0.3, 2)} * x")
    out = [
        IMPORT,
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        "    x = 0",
        f"    last = wc.add_joint(0, {decimal(rng, 2, 9)})",
        "    low = wc.add_joint(0, 0)",
        "    wc.add_muscle(last, low)",
        f"    while x < {rng.randint(5, 20)}:",
        f"        x += {step}",
    ]
    if rng.random() < 0.4:
        out.append(f"        y = {decimal(rng, 2, 6)} + {decimal(rng, 0.1, 0.5)} * x")
        height = "y"
    else:
        height = decimal(rng, 2, 9)
    out += [
        f"        up = wc.add_joint(x, {height})",
        "        down = wc.add_joint(x, 0)",
        "        wc.add_muscle(last, up)",
        f"        wc.add_muscle(low, down{_tail(rng)})",
        f"        wc.add_muscle(up, down{wave})",
        "        wc.add_muscle(last, down)",
        "        last, low = up, down",
    ]
    return "\n".join([*out, END])


def recursion(rng: Random) -> str:
    d, size, f = rng.randint(2, 4), decimal(rng, 1.5, 5), rng.choice(["0.5", "0.6", "0.45", "0.7"])
    out = [
        IMPORT,
        "",
        "def branch(wc, parent, x, y, size, depth):",
        "    if depth == 0:",
        "        return",
        f"    left = wc.add_joint(x - size, y {rng.choice('-+')} size)",
        f"    right = wc.add_joint(x + size, y - {rng.choice(['size', 'size / 2'])})",
        "    wc.add_muscle(parent, left)",
        f"    wc.add_muscle(parent, right{_tail(rng)})",
        f"    wc.add_muscle(left, right, False, {decimal(rng, 0.5, 4)} * depth, {decimal(rng, 0, 0.5)} * depth)",
        f"    branch(wc, left, x - size, y - size, size * {f}, depth - 1)",
        f"    branch(wc, right, x + size, y - size, size * {f}, depth - 1)",
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        f"    root = wc.add_joint(0, {rng.randint(4, 12)})",
        f"    branch(wc, root, 0, 10, {size}, {d})",
    ]
    return "\n".join([*out, END])


def creature_class(rng: Random) -> str:
    n = rng.randint(3, 6)
    out = [
        IMPORT,
        "",
        "class Crawler:",
        "    def __init__(self, segments, gap):",
        "        self.wc = walker_creator()",
        "        self.segments = segments",
        "        self.gap = gap",
        "        self.spine = []",
        "",
        "    def build_spine(self):",
        "        for i in range(self.segments):",
        f"            self.spine.append(self.wc.add_joint(i * self.gap, {decimal(rng, 3, 8)}))",
        "        for a, b in zip(self.spine, self.spine[1:]):",
        f"            self.wc.add_muscle(a, b{_tail(rng)})",
        "",
        "    def add_legs(self, length):",
        "        for i, s in enumerate(self.spine):",
        f"            foot = self.wc.add_joint(i * self.gap + {decimal(rng, 0, 1)}, {decimal(rng, 3, 5)} - length)",
        f"            self.wc.add_muscle(s, foot{_active(rng, f'i / {n}')})",
        "            if i > 0:",
        f"                self.wc.add_muscle(self.spine[i - 1], foot{_tail(rng)})",
        "",
        "def make_walker():",
        f"    c = Crawler({n}, {decimal(rng, 1, 4)})",
        "    c.build_spine()",
        f"    c.add_legs({decimal(rng, 2, 6)})",
        "    return c.wc.get_walker()",
    ]
    return "\n".join(out)


def numpy_arch(rng: Random) -> str:
    n = rng.randint(4, 9)
    out = [
        "import numpy as np",
        IMPORT,
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        f"    theta = np.linspace(0, {rng.choice(['np.pi', '3.14', '2 * np.pi', '5'])}, {n})",
        f"    xs = {decimal(rng, 2, 10)} * np.cos(theta)",
        f"    ys = {decimal(rng, 1, 8)} * np.sin(theta)",
        "    ring = [wc.add_joint(x, y) for x, y in zip(xs, ys)]",
        f"    keel = wc.add_joint(0, {decimal(rng, -2, 1)})",
        "    for i in range(len(ring) - 1):",
        f"        wc.add_muscle(ring[i], ring[i + 1]{_tail(rng)})",
        "    for i, j in enumerate(ring):",
        "        if i % 2 == 0:",
        f"            wc.add_muscle(j, keel{_active(rng, 'theta[i]', 'i / 7')})",
        "        else:",
        "            wc.add_muscle(j, keel)",
    ]
    return "\n".join([*out, END])


def dictionary(rng: Random) -> str:
    """Joints in a dictionary by name."""
    s = rng.uniform(0.4, 2.2)
    parts = [
        ("head", 6, 8),
        ("neck", 5, 6),
        ("hip", 0, 5),
        ("knee", 1, 2),
        ("toe", 2, 0),
        ("hand", 7, 3),
        ("tail", -3, 6),
    ]
    chosen = rng.sample(parts, rng.randint(4, 6))
    names = [p for p, *_ in chosen]
    rows = [f'"{p}": ({round(x * s, 1)}, {round(y * s, 1)})' for p, x, y in chosen]
    out = [IMPORT, "", "def make_walker():", "    wc = walker_creator()", "    places = {"]
    out += [f"        {r}," for r in rows]
    out += [
        "    }",
        "    nodes = {}",
        "    for name, (x, y) in places.items():",
        "        nodes[name] = wc.add_joint(x, y)",
    ]
    if rng.random() < 0.6:
        edges = [(names[rng.randrange(i)], names[i]) for i in range(1, len(names))]
        edges += [tuple(rng.sample(names, 2)) for _ in range(3)]
        out += [f'    wc.add_muscle(nodes["{a}"], nodes["{b}"]{_tail(rng)})' for a, b in edges]
        out.append(f'    wc.add_muscle(nodes["{names[0]}"], nodes["{names[2]}"]{_active(rng)})')
    else:
        out += [
            "    names = list(nodes)",
            "    for i in range(len(names)):",
            "        for j in range(i):",
            "            if (i + j) % 2 == 1:",
            "                wc.add_muscle(nodes[names[i]], nodes[names[j]])",
            "            else:",
            f"                wc.add_muscle(nodes[names[i]], nodes[names[j]]{_active(rng, 'i / 5', '0.1 * j')})",
        ]
    return "\n".join([*out, END])


def chain_helper(rng: Random) -> str:
    """A chain of joints between two points, used for back and legs."""
    out = [
        IMPORT,
        "",
        "def chain(wc, x0, y0, x1, y1, n):",
        "    out = []",
        "    for i in range(n):",
        "        t = i / (n - 1)",
        "        out.append(wc.add_joint(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t))",
        "        if i > 0:",
        f"            wc.add_muscle(out[i - 1], out[i]{_tail(rng)})",
        "    return out",
        "",
        "def make_walker():",
        "    wc = walker_creator()",
    ]
    h, w = rng.randint(3, 9), rng.randint(5, 16)
    out += [
        f"    back = chain(wc, 0, {h}, {w}, {h}, {rng.randint(3, 6)})",
        f"    front = chain(wc, {w}, {h - 1}, {w + 1}, 0, 3)",
        f"    rear = chain(wc, 0, {h - 1}, -1, 0, 3)",
        "    wc.add_muscle(back[-1], front[0])",
        "    wc.add_muscle(back[0], rear[0])",
        f"    wc.add_muscle(back[1], rear[1]{_active(rng)})",
        f"    wc.add_muscle(back[-2], front[1]{_active(rng)})",
    ]
    if rng.random() < 0.5:
        out += [
            "    for k in range(3):",
            f"        wc.add_muscle(back[1], front[k]{_active(rng, 'k / 3')})",
            f"        wc.add_muscle(back[0], rear[k]{_active(rng, '0.5')})",
        ]
    return "\n".join([*out, END])


def near_pairs(rng: Random) -> str:
    """A cloud of joints; those nearer than a limit are joined."""
    n = rng.randint(5, 9)
    out = [
        "import math",
        IMPORT,
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        f"    limit = {decimal(rng, 5, 11)}",
        "    points = ["
        + ", ".join(f"({coordinate(rng, 0, 14)}, {coordinate(rng, 0, 10)})" for _ in range(n))
        + "]",
        "    joints = [wc.add_joint(x, y) for x, y in points]",
        "    for i in range(len(points)):",
        "        for j in range(i + 1, len(points)):",
        "            dist = math.hypot(points[i][0] - points[j][0], points[i][1] - points[j][1])",
        "            if dist < limit:",
        f"                wc.add_muscle(joints[i], joints[j]{_active(rng, 'i / 10', 'dist / limit')})",
    ]
    if rng.random() < 0.5:
        out += ["            else:", "                continue"]
    return "\n".join([*out, END])


def alternating(rng: Random) -> str:
    """A spine with legs whose phase alternates, all in one loop."""
    n = rng.randint(3, 8)
    out = [
        IMPORT,
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        "    prev = None",
        "    feet = []",
        f"    for seg in range({n}):",
        f"        x = seg * {decimal(rng, 1, 4)}",
        f"        spine = wc.add_joint(x, {decimal(rng, 2, 9)})",
        f"        foot = wc.add_joint(x {rng.choice('+-')} {decimal(rng, 0.2, 2)}, 0)",
        "        if seg % 2 == 0:",
        f"            wc.add_muscle(spine, foot{_active(rng)})",
        "        else:",
        f"            wc.add_muscle(spine, foot{_active(rng, '0.5')})",
        "        if prev is not None:",
        "            wc.add_muscle(prev, spine)",
        f"            wc.add_muscle(prev, foot{_tail(rng)})",
        "        feet.append(foot)",
        "        prev = spine",
        f"    wc.add_muscle(feet[0], feet[-1]{_tail(rng)})",
    ]
    return "\n".join([*out, END])


def sensors(rng: Random) -> str:
    """Nested parts, in the manner of the paper's Galloper: squares on the corners of a square."""
    n = rng.randint(2, 4)
    out = [
        IMPORT,
        "",
        "def make_square(wc, x, y, size):",
        "    j0 = wc.add_joint(x, y)",
        "    j1 = wc.add_joint(x + size, y)",
        "    j2 = wc.add_joint(x + size, y + size)",
        "    j3 = wc.add_joint(x, y + size)",
        f"    wc.add_muscle(j0, j2{_tail(rng)})",
        "    return j0, j1, j2, j3",
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        "    squares = []",
        f"    for k in range({n}):",
        f"        squares.append(make_square(wc, {rng.randint(3, 6)} * k, {rng.choice(['0', 'k', '2'])}, {decimal(rng, 1, 4)}))",
        "    for s in squares:",
        "        for k in range(4):",
        "            wc.add_muscle(s[k], s[(k + 1) % 4])",
        f"    for k in range({n - 1}):",
        "        for i in range(4):",
        f"            wc.add_muscle(squares[k][i], squares[k + 1][i]{_active(rng, 'i / 4', 'k / 2')})",
    ]
    return "\n".join([*out, END])


def fan(rng: Random) -> str:
    """Sticks that leave one hub at angles, tips joined by muscles."""
    n = rng.randint(4, 9)
    out = [
        "import math",
        IMPORT,
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        f"    hub = wc.add_joint(0, {decimal(rng, 2, 8)})",
        "    tips = []",
        f"    for i in range({n}):",
        f"        angle = {decimal(rng, 0, 6.3, 2)} + i * {decimal(rng, 0.3, 1.2)}",
        f"        length = {decimal(rng, 2, 8)}{rng.choice(['', ' + 0.5 * i', ' - 0.2 * i'])}",
        "        tip = wc.add_joint(length * math.cos(angle), length * math.sin(angle))",
        "        wc.add_muscle(hub, tip)",
        "        tips.append(tip)",
        f"    for i in range(1, {n}):",
        f"        wc.add_muscle(tips[i - 1], tips[i]{_active(rng, f'i / {n}')})",
    ]
    return "\n".join([*out, END])


def hung_legs(rng: Random) -> str:
    """A stiff back of triangles with feet that a helper hangs on it, as in the gallery."""
    n = rng.randint(3, 4)
    w, h = rng.randint(6, 18), rng.randint(3, 10)
    low = [
        f"wc.add_joint({decimal(rng, w * k / n, w * (k + 1) / n)}, {decimal(rng, h, h + 1)})"
        for k in range(n)
    ]
    high = [
        f"wc.add_joint({decimal(rng, w * (k + 0.5) / n, w * (k + 1) / n)}, {decimal(rng, h + 1, h + 4)})"
        for k in range(n - 1)
    ]
    comments = rng.random() < 0.5
    out = [IMPORT, "", "def make_leg(wc, hips, x, y, amps, phases):"]
    out += ['    """Hang a foot at (x, y) on hips by active muscles."""'] * comments
    out += [
        "    foot = wc.add_joint(x, y)",
        "    for k in range(len(hips)):",
        "        wc.add_muscle(hips[k], foot, False, amps[k], phases[k])",
        "    return foot",
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        "",
    ]
    out += ["    # a stiff back of triangles"] * comments
    out += [
        f"    low = [{', '.join(low)}]",
        f"    high = [{', '.join(high)}]",
        f"    for k in range({n - 1}):",
        "        wc.add_muscle(low[k], low[k + 1])",
        "        wc.add_muscle(low[k], high[k])",
        "        wc.add_muscle(high[k], low[k + 1])",
    ]
    out += ["    wc.add_muscle(high[0], high[1])"] * (rng.random() < 0.7)
    out += [""] + ["    # legs, half a cycle apart"] * comments
    for _ in range(rng.randint(1, 3)):
        k = rng.randint(2, 3)
        hips = rng.sample([f"low[{i}]" for i in range(n)] + [f"high[{i}]" for i in range(n - 1)], k)
        amps = ", ".join(amplitude(rng) for _ in hips)
        phases = ", ".join(phase(rng) for _ in hips)
        out.append(
            f"    make_leg(wc, [{', '.join(hips)}], {decimal(rng, -2, w)}, {decimal(rng, -1, 1)}, [{amps}], [{phases}])"
        )
    return "\n".join([*out, END])


def truss_feet(rng: Random) -> str:
    """A truss helper over two rows, and feet from a table, as in the gallery."""
    n = rng.randint(3, 5)
    w, h = rng.randint(6, 20), rng.randint(3, 10)
    low = [
        f"wc.add_joint({decimal(rng, w * k / n, w * (k + 1) / n)}, {decimal(rng, h, h + 1)})"
        for k in range(n)
    ]
    high = [
        f"wc.add_joint({decimal(rng, w * (k + 0.5) / n, w * (k + 1) / n)}, {decimal(rng, h + 1, h + 4)})"
        for k in range(n - 1)
    ]
    m = rng.randint(2, n - 1) if n > 3 else 2
    feet = ", ".join(
        f"({decimal(rng, w * k / m, w * (k + 1) / m)}, {rng.choice(['0', '0', '0.5', '1'])})"
        for k in range(m)
    )
    phases = ", ".join(f"({phase(rng)}, {phase(rng)})" for _ in range(m))
    out = [
        IMPORT,
        "",
        "def make_truss(wc, low, high):",
        "    for k in range(len(high)):",
        "        wc.add_muscle(low[k], low[k + 1])",
        "        wc.add_muscle(low[k], high[k])",
        "        wc.add_muscle(high[k], low[k + 1])",
        "        if k > 0:",
        "            wc.add_muscle(high[k - 1], high[k])",
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        f"    low = [{', '.join(low)}]",
        f"    high = [{', '.join(high)}]",
        "    make_truss(wc, low, high)",
        f"    feet = [{feet}]",
        f"    phases = [{phases}]",
        "    for k, (x, y) in enumerate(feet):",
        "        foot = wc.add_joint(x, y)",
    ]
    if rng.random() < 0.5:
        out += [
            "        back, front = low[k], low[k + 1]",
            f"        wc.add_muscle(back, foot, False, {amplitude(rng)}, phases[k][0])",
            f"        wc.add_muscle(front, foot, False, {amplitude(rng)}, phases[k][1])",
        ]
    else:
        out += [
            "        for j in range(2):",
            f"            wc.add_muscle(low[k + j], foot, False, {amplitude(rng)}, phases[k][j])",
        ]
    return "\n".join([*out, END])


def shipped(rng: Random) -> str:
    """One of the programs that demo runs start from; its descendants are what evolution meets."""
    names = ["square", "radial", "cppn_fixed", "cppn_mutable"] * 3 + ["galloper", "runner"]
    return SEED_PROGRAMS[rng.choice(names)].source.rstrip("\n")


# Held out from training: structures that only the validation sees.
def pyramid(rng: Random) -> str:
    """Rows of joints that get shorter upward."""
    n = rng.randint(3, 5)
    out = [
        IMPORT,
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        "    rows = []",
        f"    for r in range({n}):",
        f"        rows.append([wc.add_joint({decimal(rng, 1, 3)} * c + r, {decimal(rng, 1, 3)} * r) for c in range({n} - r)])",
        "    for row in rows:",
        "        for a, b in zip(row, row[1:]):",
        "            wc.add_muscle(a, b)",
        "    for low, high in zip(rows, rows[1:]):",
        "        for k, top in enumerate(high):",
        f"            wc.add_muscle(low[k], top{_active(rng, '0.25 * k')})",
        "            wc.add_muscle(low[k + 1], top)",
    ]
    return "\n".join([*out, END])


def spiral(rng: Random) -> str:
    """Joints on a spiral, joined to the next and to the next but one."""
    n = rng.randint(6, 11)
    out = [
        "import math",
        IMPORT,
        "",
        "def spiral(wc, turns, count):",
        "    pts = []",
        "    for i in range(count):",
        "        t = turns * 2 * math.pi * i / count",
        f"        r = {decimal(rng, 0.5, 2)} + {decimal(rng, 0.2, 0.8)} * i",
        "        pts.append(wc.add_joint(r * math.cos(t), r * math.sin(t)))",
        "    return pts",
        "",
        "def make_walker():",
        "    wc = walker_creator()",
        f"    pts = spiral(wc, {decimal(rng, 1, 2)}, {n})",
        "    for i in range(1, len(pts)):",
        "        wc.add_muscle(pts[i - 1], pts[i])",
        "    for i in range(2, len(pts)):",
        f"        wc.add_muscle(pts[i - 2], pts[i]{_active(rng, 'i / 9')})",
    ]
    return "\n".join([*out, END])


# Shares: the demo runs evolve from the paper's four, so they and their descendants come first.
FAMILIES = (
    (square, 6),
    (radial, 6),
    (cppn_fixed, 6),
    (cppn_mutable, 7),
    (grid, 2),
    (ladder, 2),
    (explicit, 2),
    (named_parts, 1.5),
    (legs, 2),
    (truss, 1.5),
    (tuples, 3.5),
    (tables, 2),
    (comprehension, 1.5),
    (helper_defaults, 2),
    (while_loop, 1.2),
    (recursion, 1.2),
    (creature_class, 1.2),
    (numpy_arch, 1),
    (dictionary, 1.5),
    (chain_helper, 1.2),
    (near_pairs, 1.2),
    (hung_legs, 1.5),
    (truss_feet, 1.5),
    (shipped, 9),
    (alternating, 1.2),
    (sensors, 2),
    (fan, 1.2),
)
HELD_OUT = (pyramid, spiral)
