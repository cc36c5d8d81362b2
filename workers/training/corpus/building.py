"""Edit operators that build more out of what is there: copies, loops, helper functions."""

import ast
import re
from random import Random

from workers.training.corpus import draw
from workers.training.corpus.numeric import constants
from workers.training.corpus.program import Anchor, Program, active_arguments, creator, joint, link
from workers.training.corpus.rewriting import with_math


def _limbs(program: Program) -> list[list[ast.stmt]]:
    """Return runs of statements: a joint gets a name, the muscles below use it."""
    out = []
    for s, block in program.statements:
        if not (
            isinstance(s, ast.Assign)
            and s.value in program.joint_calls
            and isinstance(s.targets[0], ast.Name)
            and s.lineno == s.end_lineno
            and s.lineno - 1 in program.held
        ):
            continue
        name, run = s.targets[0].id, [s]
        for after in block[block.index(s) + 1 : block.index(s) + 6]:
            is_muscle = isinstance(after, ast.Expr) and after.value in program.muscle_calls
            if not is_muscle or not re.search(rf"\b{name}\b", program.text(after)):
                break
            run.append(after)
        if len(run) > 1 and run[-1].lineno - s.lineno == len(run) - 1:
            out.append(run)
    return out


def copy_limb(rng: Random, program: Program) -> str | None:
    """Build a joint with its muscles once more, beside the first."""
    found = _limbs(program)
    if not found:
        return None
    run = rng.choice(found)
    old = run[0].targets[0].id
    new = program.fresh(rng, old + "2", old + "_b", "other", "second")
    lines = program.lines[run[0].lineno - 1 : run[-1].lineno]
    lines = [re.sub(rf"\b{old}\b", new, line) for line in lines]
    shift = draw.decimal(rng, 0.8, 6) if rng.random() < 0.8 else f"-{draw.decimal(rng, 0.8, 4)}"
    moved = _moved(program, run[0].value, shift)
    if moved is None:
        return None
    indent = " " * run[0].col_offset
    lines[0] = f"{indent}{new} = {moved}"
    if rng.random() < 0.35:
        lines.append(f"{indent}{link(program.held_at(run[0]))}({old}, {new})")
    return program.with_lines(run[-1].lineno, lines)


def _moved(program: Program, call: ast.Call, shift: str) -> str | None:
    """Return the text of a joint's call with ``shift`` added to its x."""
    if any(isinstance(a, ast.Starred) for a in call.args):
        return None
    x, y = call.args
    text = program.text(x)
    if isinstance(x, ast.Constant) and type(x.value) in (int, float):
        value = round(x.value + float(shift), 2)
        new = repr(int(value) if value == int(value) else value)
    else:
        new = f"{text} - {shift[1:]}" if shift.startswith("-") else f"{text} + {shift}"
    return f"{program.text(call.func)}({new}, {program.text(y)})"


def limb_in_loop(rng: Random, program: Program) -> str | None:
    """Build a joint with its muscles several times, in a new loop."""
    found = _limbs(program)
    if not found:
        return None
    run = rng.choice(found)
    v = program.fresh(rng, rng.choice("ikmn"), "index")
    gap = draw.decimal(rng, 0.6, 3)
    moved = (
        _moved(program, run[0].value, f"{gap} * {v}")
        if not _is_number(run[0].value.args[0])
        else None
    )
    if _is_number(run[0].value.args[0]):
        x, y = (program.text(a) for a in run[0].value.args)
        start = "" if x == "0" else f"{x} + "
        moved = f"{program.text(run[0].value.func)}({start}{gap} * {v}, {y})"
    if moved is None:
        return None
    indent = " " * run[0].col_offset
    lines = ["    " + line for line in program.lines[run[0].lineno - 1 : run[-1].lineno]]
    lines[0] = f"{indent}    {run[0].targets[0].id} = {moved}"
    new = [f"{indent}for {v} in range({rng.randint(2, 4)}):", *lines]
    return "\n".join([*program.lines[: run[0].lineno - 1], *new, *program.lines[run[-1].lineno :]])


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def mirror_limb(rng: Random, program: Program) -> str | None:
    """Build a joint with its muscles once more on the other side of the body."""
    found = [r for r in _limbs(program) if _is_number(r[0].value.args[0])]
    if not found:
        return None
    run = rng.choice(found)
    old, x = run[0].targets[0].id, run[0].value.args[0].value
    other = round(program.shape.width - x, 1)
    if abs(other - x) < 0.3:
        other = round(-x - 1, 1)
    new = program.fresh(rng, old + "_r", old + "2", "mirrored", "right")
    lines = [
        re.sub(rf"\b{old}\b", new, line)
        for line in program.lines[run[0].lineno - 1 : run[-1].lineno]
    ]
    y = program.text(run[0].value.args[1])
    place = int(other) if other == int(other) else other
    lines[0] = f"{' ' * run[0].col_offset}{new} = {program.text(run[0].value.func)}({place}, {y})"
    return program.with_lines(run[-1].lineno, lines)


def _entry_line(program: Program) -> int | None:
    """Return the line (from 0) of the last function at the top, which builds the walker."""
    functions = [s for s in program.tree.body if isinstance(s, ast.FunctionDef)]
    return functions[-1].lineno - 1 if functions else None


def _end(rng: Random, program: Program) -> Anchor | None:
    """Return a place in the last function just before it returns."""
    functions = [s for s in program.tree.body if isinstance(s, ast.FunctionDef)]
    name = functions[-1].name if functions else ""
    places = [
        a
        for a in program.building_anchors()
        if a.function == name
        and len(a.indent) == 4
        and a.held.creators
        and a.line < len(program.lines)
        and program.lines[a.line].lstrip().startswith("return")
    ]
    return rng.choice(places) if places else None


def add_helper(rng: Random, program: Program) -> str | None:
    """Write a helper function above the builder and call it."""
    anchor, at = _end(rng, program), _entry_line(program)
    if anchor is None or at is None:
        return None
    wc = creator(anchor.held)
    if "." in wc:
        return None
    ends = [joint(rng, anchor.held) for _ in range(4)]
    a, b = ends[0], next((e for e in ends[1:] if e != ends[0]), None)
    if b is None:
        return None
    kind = rng.choice(_HELPERS)
    helper, calls = kind(rng, program, anchor, wc, a, b)
    if not calls:
        return None
    line = anchor.line
    while line > 0 and not program.lines[line - 1].strip():
        line -= 1
    lines = [
        *program.lines[:at],
        *helper,
        *([""] if "" in program.lines else []),
        *program.lines[at:line],
    ]
    return with_math(
        program,
        "\n".join([*lines, *(anchor.indent + c for c in calls), *program.lines[line:]]),
    )


def _foot_helper(rng, program, anchor, wc, a, b):
    name = program.fresh(
        rng, *rng.sample(("add_foot", "hang_leg", "leg_at", "add_tip", "grow_leg"), 3)
    )
    y = rng.choice(("0", "0", "-1", str(round(program.shape.height) + 2)))
    tail = f"False, {draw.amplitude(rng)}, phase"
    helper = [
        f"def {name}({wc}, hip, other, x, phase):",
        f"    foot = {wc}.add_joint(x, {y})",
        f"    {wc}.add_muscle(hip, foot, {tail})",
        f"    {wc}.add_muscle(other, foot" + rng.choice((")", f", {tail})")),
    ]
    helper += ["    return foot"] * (rng.random() < 0.6)
    calls = [
        f"{name}({wc}, {a}, {b}, {draw.coordinate(rng, -2, program.shape.width + 2)}, {draw.phase(rng)})"
        for _ in range(rng.choice((1, 1, 2)))
    ]
    return helper, calls


def _pull_helper(rng, program, anchor, wc, a, b):
    name = program.fresh(rng, *rng.sample(("pull", "spring", "connect", "tie", "drive"), 3))
    helper = [
        f"def {name}({wc}, a, b, amp={draw.amplitude(rng)}, phase={draw.phase(rng)}):",
        f"    {wc}.add_muscle(a, b, False, amp, phase)",
    ]
    calls = [
        f"{name}({wc}, {a}, {b}{rng.choice(('', f', {draw.amplitude(rng)}', f', phase={draw.phase(rng)}'))})"
    ]
    for _ in range(rng.randint(0, 2)):
        c, d = joint(rng, anchor.held), joint(rng, anchor.held)
        if c != d:
            calls.append(f"{name}({wc}, {c}, {d}, {draw.amplitude(rng)}, {draw.phase(rng)})")
    return helper, calls


def _row_helper(rng, program, anchor, wc, a, b):
    rows = sorted(anchor.held.rows)
    if not rows:
        return [], []
    name = program.fresh(
        rng, *rng.sample(("brace", "stitch", "link_all", "cross_link", "stiffen"), 3)
    )
    gap = rng.randint(1, 3)
    tail = rng.choice(
        (
            "",
            f", False, {draw.amplitude(rng)}, k / len(joints)",
            f", False, {draw.amplitude(rng)}, {draw.phase(rng)}",
        )
    )
    helper = rng.choice(
        (
            [
                f"def {name}({wc}, joints):",
                f"    for k in range(len(joints) - {gap}):",
                f"        {wc}.add_muscle(joints[k], joints[k + {gap}]{tail})",
            ],
            [
                f"def {name}({wc}, joints, hub):",
                "    for k, joint in enumerate(joints):",
                f"        {wc}.add_muscle(hub, joint{tail})",
            ],
        )
    )
    row = rng.choice(rows)
    call = f"{name}({wc}, {row}, {a})" if "hub" in helper[0] else f"{name}({wc}, {row})"
    return helper, [call]


def _triangle_helper(rng, program, anchor, wc, a, b):
    name = program.fresh(rng, *rng.sample(("triangle", "add_head", "wedge", "cap", "roof"), 3))
    size = draw.decimal(rng, 1, 4)
    helper = [
        f"def {name}({wc}, x, y, size={size}):",
        f"    a = {wc}.add_joint(x, y)",
        f"    b = {wc}.add_joint(x + size, y)",
        f"    c = {wc}.add_joint(x + size / 2, y + size)",
        f"    {wc}.add_muscle(a, b)",
        f"    {wc}.add_muscle(b, c)",
        f"    {wc}.add_muscle(c, a)",
        "    return a, b, c",
    ]
    new = program.fresh(rng, "tri", "head", "wedge_joints", "cap_joints")
    x = draw.coordinate(rng, -1, program.shape.width)
    y = draw.coordinate(rng, 0, program.shape.height + 3)
    calls = [
        f"{new} = {name}({wc}, {x}, {y})",
        f"{link(anchor.held)}({a}, {new}[0])",
        f"{link(anchor.held)}({b}, {new}[{rng.choice('12')}], {active_arguments(rng, program, anchor.held)})",
    ]
    return helper, calls


_HELPERS = (_foot_helper, _pull_helper, _row_helper, _triangle_helper)


def two_rows(rng: Random, program: Program) -> str | None:
    """Join two rows joint by joint."""
    places = [a for a in program.building_anchors() if len(a.held.rows) > 1 and len(a.indent) <= 8]
    if not places:
        return None
    anchor = rng.choice(places)
    one, two = rng.sample(sorted(anchor.held.rows), 2)
    n = min(anchor.held.rows[one], anchor.held.rows[two])
    a, b = program.fresh(rng, "a", "p", "one"), program.fresh(rng, "b", "q", "two")
    add = link(anchor.held)
    second = rng.choice((two, two, f"reversed({two})", f"{two}[1:]"))
    if rng.random() < 0.5:
        k = program.fresh(rng, "k", "i", "m")
        tail = f"False, {draw.amplitude(rng)}, {rng.choice((f'{k} / {max(n, 2)}', f'0.5 * ({k} % 2)'))}"
        new = [
            f"for {k}, ({a}, {b}) in enumerate(zip({one}, {second})):",
            f"    {add}({a}, {b}, {tail})",
        ]
    else:
        tail = rng.choice(("", f", {active_arguments(rng, program, anchor.held)}"))
        new = [f"for {a}, {b} in zip({one}, {second}):", f"    {add}({a}, {b}{tail})"]
    return program.with_lines(anchor.line, [anchor.indent + line for line in new])


def add_parameter(rng: Random, program: Program) -> str | None:
    """Turn a number of a helper into a parameter with that number as its default."""
    sites = []
    for n in constants(program):
        function = program.inside(n, ast.FunctionDef)
        if function is None or function.lineno == n.lineno or n.value in (0, 1):
            continue
        a = function.args
        plain = not (a.vararg or a.kwonlyargs or a.kwarg or a.posonlyargs) and a.args
        is_open = program.lines[function.lineno - 1].rstrip().endswith("):")
        if plain and is_open and program.inside(n, (ast.JoinedStr, ast.match_case)) is None:
            sites.append((n, function))
    if not sites:
        return None
    n, function = rng.choice(sites)
    name = program.fresh(
        rng, *rng.sample(("size", "gap", "height", "width", "amp", "scale", "reach", "extra"), 4)
    )
    lines = program.replaced([(n, name)]).split("\n")
    head = lines[function.lineno - 1].rstrip()
    lines[function.lineno - 1] = f"{head[:-2]}, {name}={program.text(n)}):"
    return "\n".join(lines)


def repeat_call(rng: Random, program: Program) -> str | None:
    """Put a helper's call into a loop that shifts one of its numbers."""
    found = []
    for s, _ in program.statements:
        value = getattr(s, "value", None)
        if (
            isinstance(s, (ast.Expr, ast.Assign))
            and isinstance(value, ast.Call)
            and s.lineno == s.end_lineno
            and isinstance(value.func, ast.Name)
            and value.func.id in program.held_at(s).callables
        ):
            numbers = [a for a in value.args if _is_number(a)]
            if numbers:
                found.append((s, numbers))
    if not found:
        return None
    s, numbers = rng.choice(found)
    v = program.fresh(rng, "k", "i", "turn", "step")
    n = rng.choice(numbers)
    start = program.text(n)
    new = f"{draw.decimal(rng, 1, 5)} * {v}"
    if start != "0":
        new = f"{start} + {new}"
    line = program.replaced([(n, new)]).split("\n")[s.lineno - 1]
    indent = " " * s.col_offset
    loop = [f"{indent}for {v} in range({rng.randint(2, 3)}):", "    " + line]
    return "\n".join([*program.lines[: s.lineno - 1], *loop, *program.lines[s.lineno :]])
