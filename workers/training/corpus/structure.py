"""Edit operators that add, remove and repeat statements; each returns the child's source or None."""

import ast
from random import Random

from workers.training.corpus import draw
from workers.training.corpus.numeric import other_number
from workers.training.corpus.program import (
    Anchor,
    Program,
    active_arguments,
    creator,
    formula,
    joint,
    link,
    muscle,
)


def _anchor(rng: Random, program: Program) -> Anchor | None:
    """Return a place to build at; half of the time just before the entry returns."""
    places = program.building_anchors()
    if not places:
        return None
    ends = [
        a
        for a in places
        if program.lines[min(a.line, len(program.lines) - 1)].lstrip().startswith("return")
    ]
    return rng.choice(ends) if ends and rng.random() < 0.5 else rng.choice(places)


def _insert(program: Program, anchor: Anchor, new: list[str]) -> str:
    """Insert statements; a blank line before a return stays between them."""
    at = anchor.line
    while at > 0 and not program.lines[at - 1].strip() and anchor.line < len(program.lines):
        at -= 1
    return program.with_lines(at, [anchor.indent + line for line in new])


def _two_joints(rng: Random, anchor: Anchor) -> tuple[str, str] | None:
    for _ in range(4):
        a, b = joint(rng, anchor.held), joint(rng, anchor.held)
        if a != b:
            return a, b
    return None


def add_muscle(rng: Random, program: Program) -> str | None:
    """Join two more joints."""
    anchor = _anchor(rng, program)
    ends = anchor and _two_joints(rng, anchor)
    if not ends:
        return None
    return _insert(program, anchor, [muscle(rng, program, anchor.held, *ends)])


def add_muscles(rng: Random, program: Program) -> str | None:
    """Join two to four pairs."""
    anchor = _anchor(rng, program)
    new = []
    for _ in range(rng.randint(2, 4)):
        ends = anchor and _two_joints(rng, anchor)
        if ends:
            new.append(muscle(rng, program, anchor.held, *ends))
    return _insert(program, anchor, new) if len(new) > 1 else None


def _spot(rng: Random, program: Program, anchor: Anchor) -> str:
    """Return coordinates for a new joint, sometimes beyond the body, sometimes a formula."""
    held, shape = anchor.held, program.shape
    loops = sorted(v for v, (lo, hi) in held.ints.items() if lo < hi)
    reach = rng.choice((0.5, 1, 1, 1.5, 2.2))
    x = draw.coordinate(rng, -3 * reach, max(shape.width, 4) * reach + 2)
    y = draw.coordinate(rng, -3 * reach, max(shape.height, 4) * reach + 2)
    if loops and rng.random() < 0.75:
        v = rng.choice(loops)
        x = rng.choice(
            (
                f"{draw.decimal(rng, 0.5, 4)} * {v}",
                f"{v} * {draw.decimal(rng, 0.5, 4)}",
                f"{v}",
                f"{x} + {v}",
                f"{x} - {v}",
            )
        )
        if rng.random() < 0.3:
            y = rng.choice((f"{y} + {v}", f"{v} % 2", f"{draw.decimal(rng, 0.3, 2)} * {v}"))
    return f"{x}, {y}"


def _add_joint(rng: Random, program: Program, anchor: Anchor, *names: str) -> tuple[str, list[str]]:
    """Return the name and the statements of a new joint with one to three links."""
    name = program.fresh(rng, *names)
    new = [f"{name} = {creator(anchor.held)}.add_joint({_spot(rng, program, anchor)})"]
    ends: list[str] = []
    for _ in range(rng.choice((1, 2, 2, 2, 3))):
        end = joint(rng, anchor.held)
        if end not in ends:
            ends.append(end)
    for k, end in enumerate(ends):
        a, b = (end, name) if rng.random() < 0.75 else (name, end)
        new.append(muscle(rng, program, anchor.held, a, b, 0.45 if k == 0 else 0.2))
    return name, new


_PART_NAMES = (
    "extra",
    "foot",
    "leg",
    "tail",
    "arm",
    "head",
    "knee",
    "top",
    "tip",
    "hip",
    "p",
    "q",
    "new",
)


def add_joint(rng: Random, program: Program) -> str | None:
    """Grow a joint with its muscles."""
    anchor = _anchor(rng, program)
    if anchor is None or not anchor.held.creators:
        return None
    return _insert(program, anchor, _add_joint(rng, program, anchor, rng.choice(_PART_NAMES))[1])


def add_limb(rng: Random, program: Program) -> str | None:
    """Grow a limb of two joints."""
    anchor = _anchor(rng, program)
    if anchor is None or not anchor.held.creators:
        return None
    first, second = rng.choice(
        (
            ("knee", "foot"),
            ("elbow", "hand"),
            ("neck", "head"),
            ("a", "b"),
            ("upper", "lower"),
            ("n1", "n2"),
        )
    )
    a, new = _add_joint(rng, program, anchor, first)
    b = program.fresh(rng, second)
    new.append(f"{b} = {creator(anchor.held)}.add_joint({_spot(rng, program, anchor)})")
    new.append(muscle(rng, program, anchor.held, a, b, 0.7))
    new.append(muscle(rng, program, anchor.held, joint(rng, anchor.held), b, 0.1))
    return _insert(program, anchor, new)


def add_feet(rng: Random, program: Program) -> str | None:
    """Give every joint of a row a foot of its own, in a loop."""
    places = [
        a
        for a in program.building_anchors()
        if a.held.rows and a.held.creators and len(a.indent) == 4
    ]
    if not places:
        return None
    anchor = rng.choice(places)
    row = rng.choice(sorted(anchor.held.rows))
    n = anchor.held.rows[row]
    foot = program.fresh(rng, rng.choice(("foot", "leg", "toe", "f")))
    v = program.fresh(rng, rng.choice(("i", "k", "m", "n")))
    wc, add = creator(anchor.held), link(anchor.held)
    y = rng.choice(
        ("0", "-1", "-2", draw.decimal(rng, -5, 0), str(round(program.shape.height) + 3))
    )
    tail = (
        f"False, {draw.amplitude(rng)}, {rng.choice((f'{v} / {n}', f'{v} % 2', draw.phase(rng)))}"
    )
    count = rng.choice((f"range({min(n, rng.randint(2, 6))})", f"range(len({row}))"))
    new = [
        f"for {v} in {count}:",
        f"    {foot} = {wc}.add_joint({draw.decimal(rng, 0.7, 4)} * {v}, {y})",
        f"    {add}({row}[{v}], {foot}, {tail})",
    ]
    if rng.random() < 0.7:
        other = rng.choice((f"{row}[{v} - 1]", f"{row}[({v} + 1) % {n}]", f"{row}[0]"))
        new.append(f"    {add}({other}, {foot}" + rng.choice((")", f", {tail})")))
    return _insert(program, anchor, new)


def add_loop(rng: Random, program: Program) -> str | None:
    """Brace a row: join every joint with the next but one, or with one other joint."""
    places = [a for a in program.building_anchors() if a.held.rows and len(a.indent) <= 8]
    if not places:
        return None
    anchor = rng.choice(places)
    row = rng.choice(sorted(anchor.held.rows))
    n = anchor.held.rows[row]
    v = program.fresh(rng, rng.choice(("i", "k", "m", "q")))
    wave = rng.choice(
        (f"{v} / {n}", f"{v} % 2", draw.phase(rng), f"{draw.decimal(rng, 0.1, 0.6)} * {v}")
    )
    tail = rng.choice(
        ("", f", False, {draw.amplitude(rng)}, {wave}", f", False, {draw.amplitude(rng)}, {wave}")
    )
    others = sorted(anchor.held.joints)
    add = link(anchor.held)
    gap = rng.choice((2, 2, 3))
    size = rng.choice((f"len({row})", str(n)))
    if others and rng.random() < 0.5:
        new = [f"for {v} in range({size}):", f"    {add}({row}[{v}], {rng.choice(others)}{tail})"]
    elif n > gap and rng.random() < 0.5:
        new = [
            f"for {v} in range({size} - {gap}):",
            f"    {add}({row}[{v}], {row}[{v} + {gap}]{tail})",
        ]
    else:
        new = [
            f"for {v} in range({size}):",
            f"    {add}({row}[{v}], {row}[({v} + {gap}) % {size}]{tail})",
        ]
    return _insert(program, anchor, new)


def _is_building(program: Program, statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and statement.value in program.muscle_calls
    )


def delete_muscle(rng: Random, program: Program) -> str | None:
    """Remove one add_muscle statement."""
    found = [s for s, block in program.statements if len(block) > 1 and _is_building(program, s)]
    return _without(program, rng.choice(found)) if len(found) > 1 else None


def delete(rng: Random, program: Program) -> str | None:
    """Remove any statement whose loss the program survives."""
    found = [
        s
        for s, block in program.statements
        if len(block) > 1
        and s.lineno - 1 in program.held
        and not isinstance(s, (ast.Return, ast.FunctionDef, ast.ClassDef))
    ]
    found = [s for s in found if s.end_lineno - s.lineno < 7]
    return _without(program, rng.choice(found)) if found else None


def _without(program: Program, statement: ast.stmt) -> str:
    return "\n".join(
        [*program.lines[: statement.lineno - 1], *program.lines[statement.end_lineno :]]
    )


def delete_joint(rng: Random, program: Program) -> str | None:
    """Remove a joint and the statements that use it."""
    found = [
        s
        for s, _ in program.statements
        if isinstance(s, ast.Assign)
        and s.value in program.joint_calls
        and isinstance(s.targets[0], ast.Name)
    ]
    if not found:
        return None
    name = rng.choice(found).targets[0].id
    gone = {
        k
        for s, _ in program.statements
        if not isinstance(s, (ast.For, ast.If, ast.While, ast.FunctionDef, ast.ClassDef))
        and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(s))
        for k in range(s.lineno - 1, s.end_lineno)
    }
    return (
        "\n".join(line for k, line in enumerate(program.lines) if k not in gone)
        if len(gone) < 8
        else None
    )


def repeat(rng: Random, program: Program) -> str | None:
    """Write a statement once more with other numbers."""
    found = [
        s
        for s, _ in program.statements
        if isinstance(s, ast.Expr)
        and isinstance(s.value, ast.Call)
        and s.lineno == s.end_lineno
        and s.lineno - 1 in program.held
    ]
    if not found:
        return None
    s = rng.choice(found)
    line = program.lines[s.lineno - 1]
    numbers = [
        n for n in ast.walk(s) if isinstance(n, ast.Constant) and type(n.value) in (int, float)
    ]
    for n in sorted(
        rng.sample(numbers, rng.randint(1, min(3, len(numbers)))) if numbers else [],
        key=lambda n: -n.col_offset,
    ):
        line = line[: n.col_offset] + other_number(rng, n.value) + line[n.end_col_offset :]
    return program.with_lines(s.end_lineno, [line])


def second_part(rng: Random, program: Program) -> str | None:
    """Build a part a second time with a helper that the program has, elsewhere, and join the two."""
    found = []
    for s, _ in program.statements:
        if (
            isinstance(s, ast.Assign)
            and isinstance(s.value, ast.Call)
            and s.lineno == s.end_lineno
            and isinstance(s.targets[0], ast.Name)
            and s.col_offset == 4
            and getattr(s.value.func, "id", "") in program.held_at(s).callables
        ):
            found.append(s)
    places = [a for a in program.building_anchors() if len(a.indent) == 4]
    if not found or not places:
        return None
    s = rng.choice(found)
    old = s.targets[0].id
    anchor = rng.choice(
        [a for a in places if old in a.held.rows or old in a.held.joints or old in a.held.maps]
        or [None]
    )
    if anchor is None:
        return None
    new_name = program.fresh(
        rng,
        *rng.sample(("other", "second", "head", "rear", "front", old + "2", "part", "upper"), 3),
    )
    arguments = [program.text(a) for a in s.value.args] + [
        f"{k.arg}={program.text(k.value)}" for k in s.value.keywords
    ]
    shift = rng.choice((2, 3, 4, 5, 6, 8, 10))
    numbers = [
        k
        for k, a in enumerate(s.value.args)
        if isinstance(a, ast.Constant) and type(a.value) in (int, float)
    ]
    for k in numbers:
        value = s.value.args[k].value
        if rng.random() < 0.8:
            arguments[k] = (
                str(round(value + shift, 1))
                if rng.random() < 0.7
                else other_number(rng, value, True)
            )
    names = [
        k
        for k, a in enumerate(s.value.args)
        if isinstance(a, ast.Name) and a.id in (set(anchor.held.ints) | anchor.held.floats)
    ]
    for k in names:
        if rng.random() < 0.6:
            arguments[k] = rng.choice(
                (
                    f"{arguments[k]} + {shift}",
                    str(shift),
                    f"{arguments[k]} * 0.5",
                    f"{arguments[k]} - {rng.randint(1, 3)}",
                )
            )
    new = [f"{new_name} = {s.value.func.id}({', '.join(arguments)})"]
    held, add = anchor.held, link(anchor.held)
    if old in held.joints:
        new.append(f"{add}({old}, {new_name}, {active_arguments(rng, program, held)})")
    elif old in held.rows:
        n = held.rows[old]
        v = program.fresh(rng, rng.choice(("i", "k", "m")))
        tail = rng.choice(
            ("", f", False, {draw.amplitude(rng)}, {rng.choice((f'{v} / {n}', draw.phase(rng)))}")
        )
        if rng.random() < 0.6:
            new += [
                f"for {v} in range({rng.choice((f'len({old})', str(n)))}):",
                f"    {add}({old}[{v}], {new_name}[{v}]{tail})",
            ]
        else:
            new += [
                f"{add}({old}[{rng.randrange(n)}], {new_name}[{rng.randrange(n)}], {active_arguments(rng, program, held)})"
                for _ in range(2)
            ]
        if rng.random() < 0.5:
            new += [
                f"for {v} in range({n}):",
                f"    {add}({new_name}[{v}], {new_name}[({v} + 1) % {n}])",
            ]
    else:
        return None
    return _insert(program, anchor, new)


def condition(rng: Random, program: Program) -> str | None:
    """Let a statement in a loop act only sometimes."""
    found = []
    for s, _ in program.statements:
        held = program.held.get(s.lineno - 1)
        if held and _is_building(program, s):
            loops = sorted(v for v, (lo, hi) in held.ints.items() if lo < hi)
            if loops:
                found.append((s, loops, held))
    if not found:
        return None
    s, loops, held = rng.choice(found)
    v = rng.choice(loops)
    indent, line = " " * s.col_offset, program.lines[s.lineno - 1]
    test = rng.choice(
        (
            f"{v} % 2 == 0",
            f"{v} % 2 == 1",
            f"{v} > {held.ints[v][0]}",
            f"{v} != {rng.randint(0, 3)}",
            f"{v} % 3 == 0",
            f"{v} < {held.ints[v][1]}",
        )
    )
    new = [f"{indent}if {test}:", "    " + line]
    if rng.random() < 0.45:
        a, b = (program.text(x) for x in s.value.args[:2])
        new += [f"{indent}else:", f"{indent}    {muscle(rng, program, held, a, b)}"]
    return "\n".join([*program.lines[: s.lineno - 1], *new, *program.lines[s.lineno :]])


def otherwise(rng: Random, program: Program) -> str | None:
    """Add an else to an if, or to nothing else."""
    found = [
        s
        for s, _ in program.statements
        if isinstance(s, ast.If) and not s.orelse and s.body[-1].lineno - 1 in program.held
    ]
    rng.shuffle(found)
    for s in found:
        held = program.held.get(s.lineno - 1)
        if (
            held
            and (held.creators or held.links)
            and (held.rows or len(held.joints) > 1 or held.maps)
        ):
            a, b = joint(rng, held), joint(rng, held)
            if a != b:
                indent = " " * s.col_offset
                return program.with_lines(
                    s.end_lineno,
                    [f"{indent}else:", f"{indent}    {muscle(rng, program, held, a, b)}"],
                )
    return None


def bounds(rng: Random, program: Program) -> str | None:
    """Let a loop start, end or step elsewhere."""
    calls = [
        n
        for n in program.nodes
        if isinstance(n, ast.Call)
        and getattr(n.func, "id", "") == "range"
        and n.lineno == n.end_lineno
        and n.args
    ]
    if not calls:
        return None
    call = rng.choice(calls)
    texts = [program.text(a) for a in call.args]
    if len(texts) == 1:
        new = rng.choice(
            (
                f"1, {texts[0]}",
                f"0, {texts[0]}, 2",
                f"{texts[0]} - 1",
                f"{texts[0]} + 1",
                f"{texts[0]} + 2",
                f"{texts[0]} * 2",
                f"1, {texts[0]} + 1",
                f"{texts[0]} - 2",
            )
        )
    elif len(texts) == 2:
        new = rng.choice(
            (
                texts[1],
                f"{texts[0]}, {texts[1]}, 2",
                f"{texts[0]} + 1, {texts[1]}",
                f"{texts[0]}, {texts[1]} - 1",
                f"{texts[0]}, {texts[1]} + 1",
            )
        )
    else:
        new = rng.choice(
            (f"{texts[0]}, {texts[1]}", f"{texts[0]}, {texts[1]}, {rng.choice('123')}")
        )
    line = program.lines[call.lineno - 1]
    changed = line[: call.args[0].col_offset] + new + line[call.args[-1].end_col_offset :]
    return "\n".join([*program.lines[: call.lineno - 1], changed, *program.lines[call.lineno :]])


def _tables(program: Program) -> list[ast.List]:
    """Return the lists of tuples (or dicts of them) of numbers that programs keep their data in."""
    out = []
    for n in program.nodes:
        if (
            isinstance(n, ast.List)
            and len(n.elts) > 1
            and all(isinstance(e, ast.Tuple) for e in n.elts)
            and len({len(e.elts) for e in n.elts}) == 1
        ):
            out.append(n)
    return out


def add_row(rng: Random, program: Program) -> str | None:
    """Write one more row into a table of points, edges or muscles."""
    tables = _tables(program)
    if not tables:
        return None
    table = rng.choice(tables)
    one, two = rng.choice(table.elts), rng.choice(table.elts)
    parts = []
    for a, b in zip(one.elts, two.elts, strict=True):
        if isinstance(a, ast.Constant) and type(a.value) in (int, float) and rng.random() < 0.7:
            parts.append(other_number(rng, a.value))
        else:
            parts.append(program.text(rng.choice((a, b))))
    row = f"({', '.join(parts)})"
    last = table.elts[-1]
    line = program.lines[last.end_lineno - 1]
    if table.lineno == table.end_lineno or rng.random() < 0.1 or line[: last.col_offset].strip():
        if last.lineno != last.end_lineno:
            return None
        changed = line[: last.end_col_offset] + f", {row}" + line[last.end_col_offset :]
        return "\n".join(
            [*program.lines[: last.lineno - 1], changed, *program.lines[last.lineno :]]
        )
    if not line.rstrip().endswith(","):
        return None
    return program.with_lines(last.end_lineno, [" " * last.col_offset + row + ","])


def drop_row(rng: Random, program: Program) -> str | None:
    """Take a row out of a table."""
    tables = [t for t in _tables(program) if len(t.elts) > 2]
    if not tables:
        return None
    table = rng.choice(tables)
    k = rng.randrange(1, len(table.elts))
    before, row = table.elts[k - 1], table.elts[k]
    if row.lineno != row.end_lineno:
        return None
    line = program.lines[row.lineno - 1]
    if before.end_lineno == row.lineno:
        changed = line[: before.end_col_offset] + line[row.end_col_offset :]
        return "\n".join([*program.lines[: row.lineno - 1], changed, *program.lines[row.lineno :]])
    if line.strip().rstrip(",") == program.text(row):
        return "\n".join([*program.lines[: row.lineno - 1], *program.lines[row.lineno :]])
    return None


def all_pairs(rng: Random, program: Program) -> str | None:
    """Join all pairs of a row that a condition selects."""
    places = [a for a in program.building_anchors() if a.held.rows and len(a.indent) == 4]
    if not places:
        return None
    anchor = rng.choice(places)
    row = rng.choice(sorted(anchor.held.rows))
    n = anchor.held.rows[row]
    if n < 4:
        return None
    a, b = program.fresh(rng, "i", "a", "m"), program.fresh(rng, "j", "b", "n")
    tail = rng.choice(
        (
            "",
            f", {active_arguments(rng, program, anchor.held)}",
            f", False, {draw.amplitude(rng)}, {a} / {n}",
        )
    )
    call = f"{link(anchor.held)}({row}[{a}], {row}[{b}]{tail})"
    test = rng.choice(
        (f"({a} + {b}) % 2 == 1", f"({a} + {b}) % 3 == 0", f"{b} - {a} == 2", f"{b} - {a} > 2")
    )
    new = [
        f"for {a} in range({n}):",
        f"    for {b} in range({a} + 1, {n}):",
        f"        if {test}:",
        f"            {call}",
    ]
    if rng.random() < 0.3:
        new = [*new[:2], f"        {call}"]
    return _insert(program, anchor, new)


def assign_more(rng: Random, program: Program) -> str | None:
    """Change a number by a statement of its own: ``radius = radius * 1.5`` or ``x += 1``."""
    places = []
    for a in program.anchors:
        names = [v for v, (lo, hi) in a.held.ints.items() if "." not in v] + [
            f for f in a.held.floats if "." not in f
        ]
        local = [n for n in names if not n.isupper()]
        if local and len(a.indent) >= 4:
            places.append((a, sorted(local)))
    if not places:
        return None
    anchor, names = rng.choice(places)
    v = rng.choice(names)
    whole = v in anchor.held.ints
    new = rng.choice(
        (
            f"{v} = {v} + {rng.randint(1, 3)}",
            f"{v} += {rng.randint(1, 3)}",
            f"{v} *= {rng.choice((2, 3))}",
        )
        if whole
        else (
            f"{v} = {v} * {draw.decimal(rng, 0.5, 2)}",
            f"{v} *= {draw.decimal(rng, 0.5, 2)}",
            f"{v} += {draw.decimal(rng, 0.3, 3)}",
            f"{v} = {v} + {formula(rng, anchor.held, 0.3, 3)}",
        )
    )
    return _insert(program, anchor, [new])
