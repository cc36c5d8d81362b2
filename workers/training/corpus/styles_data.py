"""Families of walker programs whose bodies are written down as data: tables, maps, strings."""

from random import Random

from workers.training.corpus.draw import amplitude, coordinate, decimal, phase
from workers.training.corpus.pieces import (
    active,
    edges,
    joined,
    listed,
    places,
    program,
    tail,
)


def _points(rng: Random, n: int) -> list[str]:
    w, h = rng.randint(5, 20), rng.randint(4, 14)
    return [f"({coordinate(rng, 0, w)}, {coordinate(rng, 0, h)})" for _ in range(n)]


def coded_edges(rng: Random) -> str:
    """Edges as pairs of digits in a string."""
    n = rng.randint(4, 8)
    pairs = edges(rng, n, rng.randint(1, 4))
    stiff, soft = pairs[::2], pairs[1::2] or pairs[:1]
    text = [" ".join(f"{a}{b}" for a, b in part) for part in (stiff, soft)]
    body = f"""
        joints = [wc.add_joint(x, y) for x, y in POINTS]
        for pair in "{text[0]}".split():
            wc.add_muscle(joints[int(pair[0])], joints[int(pair[1])])
        for k, pair in enumerate("{text[1]}".split()):
            a, b = map(int, pair)
            wc.add_muscle(joints[a], joints[b]{active(rng, f"k / {len(soft)}", "0.5 * k")})
    """
    return program(rng, body, top=listed(rng, "POINTS", _points(rng, n)))


def named_points(rng: Random) -> str:
    """A dictionary of places, bones as pairs of names, muscles with their settings."""
    found = places(rng, rng.randint(5, 8))
    names = list(found)
    pairs = edges(rng, len(names), 3)
    cut = rng.randint(len(pairs) // 2, len(pairs) - 1)
    rows = [f'"{p}": ({x}, {y})' for p, (x, y) in found.items()]
    bones = [f'("{names[a]}", "{names[b]}")' for a, b in pairs[:cut]]
    muscles = [
        f'("{names[a]}", "{names[b]}"): ({amplitude(rng)}, {phase(rng)})' for a, b in pairs[cut:]
    ]
    data = [
        listed(rng, "PLACES", rows, "{", "}"),
        listed(rng, "BONES", bones),
        listed(rng, "MUSCLES", muscles, "{", "}"),
    ]
    loop = rng.choice(
        (
            """
            joints = {name: wc.add_joint(x, y) for name, (x, y) in PLACES.items()}
            for a, b in BONES:
                wc.add_muscle(joints[a], joints[b])
            for (a, b), (amp, phase) in MUSCLES.items():
                wc.add_muscle(joints[a], joints[b], False, amp, phase)
            """,
            """
            joints = {}
            for name in PLACES:
                joints[name] = wc.add_joint(*PLACES[name])
            for bone in BONES:
                wc.add_muscle(joints[bone[0]], joints[bone[1]])
            for ends, wave in MUSCLES.items():
                first, second = ends
                wc.add_muscle(joints[first], joints[second], False, wave[0], wave[1])
            """,
        )
    )
    return program(rng, loop, top="\n".join(data))


def spaced_names(rng: Random) -> str:
    """Names in one string, cut at the spaces; links written name-name."""
    found = places(rng, rng.randint(4, 7))
    names = list(found)
    links = [f"{names[a]}-{names[b]}" for a, b in edges(rng, len(names), 3)]
    rows = [f"{p} {x} {y}" for p, (x, y) in found.items()]
    text = joined(
        'LAYOUT = """' + "\n".join(rows) + '"""',
        f'LINKS = "{" ".join(links)}"',
    )
    body = f"""
        nodes = {{}}
        for row in LAYOUT.splitlines():
            name, x, y = row.split()
            nodes[name] = wc.add_joint(float(x), float(y))
        for k, link in enumerate(LINKS.split()):
            a, b = link.split("-")
            if k % {rng.randint(2, 3)} == 0:
                wc.add_muscle(nodes[a], nodes[b]{active(rng, f"k / {len(links)}")})
            else:
                wc.add_muscle(nodes[a], nodes[b])
    """
    return program(rng, body, top=text)


def _picture(rng: Random) -> list[str]:
    """A body drawn with letters: a block, perhaps with holes, on legs."""
    mark = rng.choice("#ox*@")
    w, h = rng.randint(3, 7), rng.randint(2, 3)
    rows = [[mark] * w for _ in range(h)]
    for _ in range(rng.randint(0, 2)):
        rows[0][rng.randrange(w)] = "."
    for _ in range(rng.randint(1, 2)):
        feet = ["."] * w
        for k in {0, w - 1, rng.randrange(w)}:
            feet[k] = mark
        rows.append(feet)
    return ["".join(row) for row in rows]


def picture(rng: Random) -> str:
    """A map of characters; neighbors are joined."""
    rows = _picture(rng)
    mark = next(c for c in rows[1] if c != ".")
    size = decimal(rng, 1, 3)
    top = "\n".join(["SHAPE = [", *(f'    "{row}",' for row in rows), "]"])
    test = rng.choice((f'cell == "{mark}"', 'cell != "."'))
    diagonal = f"""
            if (r + 1, c + 1) in grid:
                wc.add_muscle(here, grid[r + 1, c + 1]{active(rng, "c / 4", "r / 3")})
            if (r + 1, c - 1) in grid:
                wc.add_muscle(here, grid[r + 1, c - 1]{tail(rng, 0.6, "c / 5")})"""
    steps = f"""
            for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
                other = grid.get((r + dr, c + dc))
                if other is not None:
                    wc.add_muscle(here, other{active(rng, "c / 6", "0.5 * dr", "(r + c) / 8")})"""
    plain = f"""
            if (r, c + 1) in grid:
                wc.add_muscle(here, grid[r, c + 1])
            if (r + 1, c) in grid:
                wc.add_muscle(here, grid[r + 1, c]{tail(rng, 0.4, "r / 4")})"""
    body = f"""
        grid = {{}}
        for r, row in enumerate(SHAPE):
            for c, cell in enumerate(row):
                if {test}:
                    grid[r, c] = wc.add_joint(c * {size}, {rng.choice(("-r", "(4 - r)", "(len(SHAPE) - r)"))} * {size})
        for (r, c), here in grid.items():{steps if rng.random() < 0.5 else plain + diagonal}
    """
    return program(rng, body, top=top)


def letters_on_map(rng: Random) -> str:
    """Letters placed on a drawn map, joined by a list of two-letter words."""
    n = rng.randint(4, 7)
    letters = "ABCDEFG"[:n]
    w, h = rng.randint(5, 9), 4
    cells = rng.sample([(r, c) for r in range(h) for c in range(w)], n)
    rows = [["."] * w for _ in range(h)]
    for letter, (r, c) in zip(letters, cells, strict=True):
        rows[r][c] = letter
    pairs = [letters[a] + letters[b] for a, b in edges(rng, n, 3)]
    muscle = rng.sample(pairs, rng.randint(1, len(pairs) - 1))
    text = 'art = """' + "\n".join("".join(row) for row in rows) + '"""'
    scale = decimal(rng, 1, 3)
    body = f"""
        at = {{}}
        for y, line in enumerate(reversed(art.split())):
            for x, letter in enumerate(line):
                if letter.isalpha():
                    at[letter] = wc.add_joint({scale} * x, {scale} * y)
        for a, b in {[p for p in pairs if p not in muscle]}:
            wc.add_muscle(at[a], at[b])
        for i, (a, b) in enumerate({muscle}):
            wc.add_muscle(at[a], at[b]{active(rng, f"i / {len(muscle)}")})
    """.replace("'", '"')
    return program(rng, body, top=text)


def adjacency(rng: Random) -> str:
    """A graph as a dictionary of neighbors."""
    n = rng.randint(4, 8)
    graph: dict[int, list[int]] = {k: [] for k in range(n)}
    for a, b in edges(rng, n, 4):
        graph[a].append(b)
    rows = [f"{k}: {v}" for k, v in graph.items() if v]
    condition = rng.choice(("(node + other) % 2", "other - node > 1", "node == 0"))
    body = joined(
        listed(rng, "points", _points(rng, n)),
        listed(rng, "graph", rows, "{", "}"),
        f"""
        joints = [wc.add_joint(*p) for p in points]
        for node, others in graph.items():
            for other in others:
                if {condition}:
                    wc.add_muscle(joints[node], joints[other]{active(rng, f"node / {n}", f"other / {n}")})
                else:
                    wc.add_muscle(joints[node], joints[other]{tail(rng, 0.6)})
        wc.add_muscle(joints[0], joints[-1]{active(rng)})
        """,
    )
    return program(rng, body)


def matrix(rng: Random) -> str:
    """A table of strengths: zero is a stiff link, less than zero none."""
    n = rng.randint(4, 6)
    pairs = set(edges(rng, n, 3))
    rows = []
    for a in range(n):
        row = []
        for b in range(n):
            value = rng.choice(("0", "0", amplitude(rng))) if (a, b) in pairs else "-1"
            row.append(value)
        rows.append(f"[{', '.join(row)}]")
    wave = rng.choice((f"(a + b) / {2 * n}", f"a / {n}", f"{decimal(rng, 0.1, 0.9, 2)} * b"))
    body = f"""
        joints = []
        for x, y in PLACES:
            joints.append(wc.add_joint(x, y))
        for a in range({n}):
            for b in range(a + 1, {n}):
                s = STRENGTH[a][b]
                if s > 0:
                    wc.add_muscle(joints[a], joints[b], False, s, {wave})
                elif s == 0:
                    wc.add_muscle(joints[a], joints[b])
        wc.add_muscle(joints[0], joints[{n - 1}]{active(rng)})
    """
    top = joined(listed(rng, "PLACES", _points(rng, n)), listed(rng, "STRENGTH", rows))
    return program(rng, body, top=top)


def config(rng: Random) -> str:
    """One dictionary of settings that the builder reads."""
    n = rng.randint(2, 6)
    rows = [
        f'"legs": {n}', f'"length": {decimal(rng, 6, 18)}', f'"height": {decimal(rng, 2, 7)}',
        f'"amp": {amplitude(rng)}', f'"lag": {decimal(rng, 0.05, 0.6, 2)}',
    ]  # fmt: skip
    c = rng.choice(("CONFIG", "SETTINGS", "PARAMS", "cfg", "spec"))
    body = f"""
        n = {c}["legs"]
        gap = {c}["length"] / n
        top = [wc.add_joint(k * gap, {c}["height"]) for k in range(n + 1)]
        for k in range(n):
            wc.add_muscle(top[k], top[k + 1])
            foot = wc.add_joint((k + {decimal(rng, 0, 1)}) * gap, 0)
            wc.add_muscle(top[k], foot, False, {c}["amp"], k * {c}["lag"])
            wc.add_muscle(top[k + 1], foot{tail(rng, 0.5, f'k * {c}["lag"] + 0.5')})
    """
    if rng.random() < 0.5:
        body += f"        wc.add_muscle(top[0], top[n]{tail(rng, 0.5)})\n"
    return program(rng, body, top=listed(rng, c, rows, "{", "}"))


def polar(rng: Random) -> str:
    """Points by angle in degrees and distance."""
    n = rng.randint(4, 8)
    step = 360 // n
    rows = [f"({k * step + rng.randint(-10, 10)}, {decimal(rng, 2, 9)})" for k in range(n)]
    wave = rng.choice(("angle / 360", f"k / {n}", f"{decimal(rng, 0, 1, 2)}"))
    body = joined(
        listed(rng, "rays", rows),
        f"""
        hub = wc.add_joint(0, 0)
        last = None
        for k, (angle, dist) in enumerate(rays):
            t = math.radians(angle)
            tip = wc.add_joint(dist * math.cos(t), dist * math.sin(t))
            wc.add_muscle(hub, tip, False, {amplitude(rng)}, {wave})
            if last is not None:
                wc.add_muscle(last, tip{tail(rng, 0.2)})
            last = tip
        """,
    )
    return program(rng, body, imports=("import math",))


def parsed_numbers(rng: Random) -> str:
    """Coordinates in a string, as pasted from somewhere."""
    n = rng.randint(5, 9)
    text = " ".join(f"{coordinate(rng, 0, 16)},{coordinate(rng, 0, 10)}" for _ in range(n))
    gap = rng.choice((2, 2, 3))
    body = f"""
        joints = []
        for part in DATA.split():
            x, y = part.split(",")
            joints.append(wc.add_joint(float(x), float(y)))
        n = len(joints)
        for i in range(n):
            wc.add_muscle(joints[i], joints[(i + 1) % n])
        for i in range(0, n, {rng.randint(1, 2)}):
            wc.add_muscle(joints[i], joints[(i + {gap}) % n]{active(rng, "i / n", "2 * i / n")})
    """
    return program(rng, body, top=f'DATA = "{text}"')


def strided(rng: Random) -> str:
    """Slices with strides: upper and lower joints alternate in one list."""
    n = rng.randint(6, 12)
    gap, h = decimal(rng, 0.7, 2), decimal(rng, 1.5, 5)
    body = f"""
        joints = [wc.add_joint({gap} * k, {h} * (k % 2)) for k in range({n})]
        low, high = joints[::2], joints[1::2]
        for row in (low, high):
            for a, b in zip(row, row[1:]):
                wc.add_muscle(a, b{tail(rng, 0.3)})
        for a, b in zip(joints, joints[1:]):
            wc.add_muscle(a, b)
        for k, (a, b) in enumerate(zip({rng.choice(("low, high[1:]", "reversed(low), high", "low[2:], high"))})):
            wc.add_muscle(a, b{active(rng, "k / 4", "k % 2")})
    """
    return program(rng, body)


def numbered_cells(rng: Random) -> str:
    """Cells of a grid by one number; divmod gives row and column."""
    cols, count = rng.randint(3, 6), rng.randint(2, 3)
    size = decimal(rng, 1, 3)
    body = f"""
        cols = {cols}
        cells = []
        for k in range(cols * {count}):
            row, col = divmod(k, cols)
            cells.append(wc.add_joint(col * {size}, row * {size}))
        for k, cell in enumerate(cells):
            row, col = divmod(k, cols)
            if col + 1 < cols:
                wc.add_muscle(cell, cells[k + 1]{tail(rng, 0.3, "row / 2")})
            if row > 0:
                wc.add_muscle(cell, cells[k - cols]{tail(rng, 0.3, "col / cols")})
                if col > 0:
                    wc.add_muscle(cell, cells[k - cols - 1]{active(rng, "col / cols")})
    """
    return program(rng, body)


def profile(rng: Random) -> str:
    """A list of heights along the back, legs under the chosen ones."""
    n = rng.randint(4, 9)
    heights = [decimal(rng, 3, 8) for _ in range(n)]
    legs = sorted(rng.sample(range(n), rng.randint(2, min(4, n))))
    gap = decimal(rng, 1, 2.5)
    body = f"""
        heights = [{", ".join(heights)}]
        back = []
        for i, h in enumerate(heights):
            back.append(wc.add_joint(i * {gap}, h))
        for i in range(1, len(back)):
            wc.add_muscle(back[i - 1], back[i]{tail(rng, 0.2)})
        for leg in {legs}:
            foot = wc.add_joint(leg * {gap} + {decimal(rng, -1, 1)}, 0)
            wc.add_muscle(back[leg], foot{active(rng, f"leg / {n}", "leg % 2")})
            wc.add_muscle(back[leg - 1], foot{tail(rng, 0.6, f"leg / {n}")})
    """
    return program(rng, body)
