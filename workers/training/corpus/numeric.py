"""Edit operators that change numbers and expressions; each returns the child's source or None."""

import ast
from random import Random

from workers.training.corpus import draw
from workers.training.corpus.probe import Held
from workers.training.corpus.program import Program, active_arguments, formula, joint

_FLIPS = {
    ast.Lt: ("<=", ">"),
    ast.LtE: ("<", ">="),
    ast.Gt: (">=", "<"),
    ast.GtE: (">", "<="),
    ast.Eq: ("!=", "<=", ">"),
    ast.NotEq: ("==",),
    ast.Add: ("-", "*"),
    ast.Sub: ("+", "*"),
    ast.Mult: ("+", "/"),
    ast.Div: ("*",),
    ast.Mod: ("//", "*"),
    ast.And: ("or",),
    ast.Or: ("and",),
}
_SIGNS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
    ast.And: "and",
    ast.Or: "or",
}


def constants(program: Program) -> list[ast.Constant]:
    """Return the number literals of executed code, signs left out."""
    return [
        n
        for n in program.nodes
        if isinstance(n, ast.Constant)
        and isinstance(n.value, (int, float))
        and not isinstance(n.value, bool)
        and n.lineno == n.end_lineno
    ]


def other_number(rng: Random, value: float, bold: bool = False) -> str:
    """Return another literal of the same type, near or (``bold``) far."""
    if isinstance(value, int):
        if value > 20:
            return str(max(1, round(value * rng.uniform(0.6, 1.6))))
        step = (
            rng.choice((-1, 1, 1, 2, -2, 3, -3))
            if not bold
            else rng.choice((-4, -3, 2, 3, 4, 6, 8))
        )
        return str(max(0, value + step))
    if value == 0:
        return draw.decimal(rng, 0.1, 1, rng.choice((1, 2)))
    wide = (0.3, 3.0) if bold else (0.55, 1.8)
    new = value * rng.uniform(*wide) if rng.random() < 0.75 else value + rng.uniform(-1.5, 1.5)
    digits = 2 if abs(value) < 1 or round(value, 1) != value else rng.choice((1, 1, 1, 0))
    return repr(round(abs(new), digits))


def _weight(program: Program, node: ast.Constant) -> float:
    """Return how much a literal matters: indices least, sizes and strengths most."""
    parent = program.parents[node]
    if isinstance(parent, ast.Subscript):
        return 0.4
    if isinstance(parent, ast.Call) and getattr(parent.func, "id", "") == "range":
        return 2.0
    if isinstance(parent, ast.Assign):
        return 3.0
    return 1.0


def tweak(
    rng: Random, program: Program, count: int | None = None, bold: bool | None = None
) -> str | None:
    """Change one to four numbers."""
    sites = constants(program)
    if not sites:
        return None
    count = min(count or rng.choice((1, 1, 2, 2, 3, 4)), len(sites))
    weights = [_weight(program, s) for s in sites]
    chosen = {rng.choices(sites, weights)[0] for _ in range(count)}
    bold = rng.random() < 0.3 if bold is None else bold
    return program.replaced(
        [(n, other_number(rng, n.value, bold)) for n in sorted(chosen, key=_place)]
    )


def _place(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset


def tweak_line(rng: Random, program: Program) -> str | None:
    """Change every number of one line."""
    by_line: dict[int, list] = {}
    for n in constants(program):
        by_line.setdefault(n.lineno, []).append(n)
    if not by_line:
        return None
    line = rng.choice(sorted(by_line))
    return program.replaced([(n, other_number(rng, n.value)) for n in by_line[line]])


def tweak_count(rng: Random, program: Program) -> str | None:
    """Change how often something is built: the end of a range or a count that one uses."""
    used = {
        a.id
        for n in program.nodes
        if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "range"
        for a in n.args
        if isinstance(a, ast.Name)
    }
    sites = []
    for n in constants(program):
        parent = program.parents[n]
        if isinstance(n.value, float):
            continue
        if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name):
            sites.append(n)
        elif isinstance(parent, ast.Assign) and getattr(parent.targets[0], "id", "") in used:
            sites += [n] * 3
        elif isinstance(parent, ast.arguments):
            sites.append(n)
        elif isinstance(parent, ast.Tuple) and isinstance(program.parents[parent], ast.Assign):
            sites += [n] * 2
    if not sites:
        return None
    n = rng.choice(sites)
    return program.replaced(
        [(n, str(max(1, n.value + rng.choice((-3, -2, -1, 1, 1, 2, 2, 3, 4, 5)))))]
    )


def _coordinates(program: Program, axis: int) -> list[ast.AST]:
    """Return the expressions that give the x (0) or y (1) of joints, and points in tables."""
    out = [c.args[axis] for c in program.joint_calls]
    for n in program.nodes:
        if (
            isinstance(n, ast.Tuple)
            and len(n.elts) == 2
            and all(isinstance(e, ast.Constant) and isinstance(e.value, float) for e in n.elts)
        ):
            out.append(n.elts[axis])
    return [n for n in out if n.lineno == n.end_lineno]


def stretch(rng: Random, program: Program) -> str | None:
    """Scale the body along x, along y or along both."""
    factor = rng.choice((0.5, 0.6, 0.7, 0.8, 1.2, 1.3, 1.5, 1.5, 1.8, 2, 2, 2.5, 3))
    axes = rng.choice(((0,), (1,), (0, 1)))
    changes = []
    for axis in axes:
        for n in _coordinates(program, axis):
            literal = n
            if isinstance(n, ast.BinOp):
                inside = [
                    m
                    for m in ast.walk(n)
                    if isinstance(m, ast.Constant) and isinstance(m.value, (int, float))
                ]
                if inside and rng.random() < 0.7:
                    literal = inside[0]
                else:
                    changes.append((n, f"({program.text(n)}) * {factor}"))
                    continue
            if isinstance(literal, ast.Constant) and isinstance(literal.value, (int, float)):
                new = literal.value * factor
                text = (
                    str(round(new))
                    if isinstance(literal.value, int) and abs(new - round(new)) < 0.3
                    else repr(round(new, 1))
                )
                changes.append((literal, text))
            elif isinstance(n, ast.Name):
                changes.append((n, f"{n.id} * {factor}"))
    unique = {_place(n): (n, t) for n, t in changes}
    return program.replaced(list(unique.values())) if unique and len(unique) <= 12 else None


def grow(rng: Random, program: Program) -> str | None:
    """Multiply one size-like number (an assigned constant or an argument of a builder) boldly."""
    sites = [
        n
        for n in constants(program)
        if n.value
        and (
            isinstance(program.parents[n], ast.Assign)
            or (
                isinstance(program.parents[n], ast.Call)
                and getattr(program.parents[n].func, "attr", "") != "add_muscle"
            )
        )
    ]
    if not sites:
        return None
    n = rng.choice(sites)
    new = n.value * rng.choice((0.4, 0.5, 0.7, 1.4, 1.6, 2, 2, 2.5, 3))
    text = str(max(1, round(new))) if isinstance(n.value, int) else repr(round(new, 1))
    return program.replaced([(n, text)])


def _active_parts(program: Program) -> list[tuple[ast.Call, ast.AST, ast.AST]]:
    """Return the active muscles with their amplitude and phase expressions."""
    out = []
    for call in program.muscle_calls:
        named = {k.arg: k.value for k in call.keywords}
        amp, wave = named.get("amplitude"), named.get("phase")
        rest = [
            a
            for a in call.args[2:]
            if not (isinstance(a, ast.Constant) and isinstance(a.value, bool))
        ]
        if amp is None and rest:
            amp = rest.pop(0)
        if wave is None and rest:
            wave = rest.pop(0)
        if amp is not None and wave is not None:
            out.append((call, amp, wave))
    return out


def amplitude(rng: Random, program: Program) -> str | None:
    """Give a muscle another amplitude, often a formula."""
    found = _active_parts(program)
    if not found:
        return None
    call, amp, _ = rng.choice(found)
    return program.replaced([(amp, formula(rng, program.held_at(call), 0.5, 10))])


def amplitudes(rng: Random, program: Program) -> str | None:
    """Scale every amplitude."""
    factor = rng.choice((0.4, 0.5, 0.7, 1.5, 2, 2, 3))
    changes = []
    for _, amp, _ in _active_parts(program):
        if isinstance(amp, ast.Constant) and isinstance(amp.value, (int, float)):
            changes.append((amp, repr(round(amp.value * factor, 1))))
        elif rng.random() < 0.9:
            text = program.text(amp)
            changes.append(
                (
                    amp,
                    f"{factor} * {text}"
                    if isinstance(amp, (ast.Name, ast.Call))
                    else f"{factor} * ({text})",
                )
            )
    return program.replaced(changes) if 0 < len(changes) <= 8 else None


def phase(rng: Random, program: Program) -> str | None:
    """Give a muscle another phase, often a formula."""
    found = _active_parts(program)
    if not found:
        return None
    call, _, wave = rng.choice(found)
    return program.replaced([(wave, formula(rng, program.held_at(call), 0, 1, 2))])


def phases(rng: Random, program: Program) -> str | None:
    """Spread the phases of several muscles."""
    found = _active_parts(program)
    if len(found) < 2:
        return None
    found = found[:6]
    start = rng.random()
    changes = []
    for k, (_, _, wave) in enumerate(found):
        value = (start + k / len(found)) % 1
        changes.append((wave, repr(round(value, 2))))
    return program.replaced(changes)


def toggle(rng: Random, program: Program) -> str | None:
    """Turn a distance spring into an active muscle, or back."""
    passive = [
        c
        for c in program.muscle_calls
        if not c.keywords
        and (len(c.args) == 2 or (len(c.args) == 3 and getattr(c.args[2], "value", None) is True))
    ]
    if passive and rng.random() < 0.75:
        call = rng.choice(passive)
        held = program.held_at(call)
        tail = active_arguments(rng, program, held)
        if len(call.args) == 3:
            return program.replaced([(call.args[2], tail)])
        return program.replaced([(call.args[1], f"{program.text(call.args[1])}, {tail}")])
    active = [c for c in program.muscle_calls if len(c.args) == 5]
    if len(active) < 2:
        return None
    call = rng.choice(active)
    line = program.lines[call.lineno - 1]
    a, b = call.args[1].end_col_offset, call.args[4].end_col_offset
    return "\n".join(
        [*program.lines[: call.lineno - 1], line[:a] + line[b:], *program.lines[call.lineno :]]
    )


def activate_all(rng: Random, program: Program) -> str | None:
    """Make several passive links active at once."""
    passive = [c for c in program.muscle_calls if not c.keywords and len(c.args) == 2]
    if not 2 <= len(passive) <= 8:
        return None
    return program.replaced(
        [
            (
                c.args[1],
                f"{program.text(c.args[1])}, {active_arguments(rng, program, program.held_at(c))}",
            )
            for c in passive
        ]
    )


def reconnect(rng: Random, program: Program) -> str | None:
    """Let a muscle end at another joint."""
    calls = [c for c in program.muscle_calls if _has_joints(program.held_at(c))]
    if not calls:
        return None
    call = rng.choice(calls)
    end = rng.choice(call.args[:2])
    return program.replaced([(end, joint(rng, program.held_at(call)))])


def _has_joints(held: Held) -> bool:
    return bool(held.joints or held.rows or held.maps)


def operator(rng: Random, program: Program) -> str | None:
    """Change one operator of an expression or condition."""
    sites = []
    for n in program.nodes:
        if isinstance(n, ast.Compare) and len(n.ops) == 1 and type(n.ops[0]) in _FLIPS:
            sites += [(n, n.left, n.comparators[0], type(n.ops[0]))] * 2
        elif isinstance(n, ast.BinOp) and type(n.op) in _FLIPS:
            sites.append((n, n.left, n.right, type(n.op)))
        elif isinstance(n, ast.BoolOp) and len(n.values) == 2:
            sites += [(n, n.values[0], n.values[1], type(n.op))] * 2
    sites = [s for s in sites if s[0].lineno == s[0].end_lineno]
    if not sites:
        return None
    _, left, right, kind = rng.choice(sites)
    line = program.lines[left.lineno - 1]
    between = line[left.end_col_offset : right.col_offset]
    new = between.replace(_SIGNS[kind], rng.choice(_FLIPS[kind]), 1)
    changed = line[: left.end_col_offset] + new + line[right.col_offset :]
    return "\n".join([*program.lines[: left.lineno - 1], changed, *program.lines[left.lineno :]])


def wrap(rng: Random, program: Program) -> str | None:
    """Add a term or factor to an expression that gives a coordinate, a strength or a size."""
    sites: list[ast.AST] = []
    for call in program.joint_calls:
        sites += call.args
    for _, amp, wave in _active_parts(program):
        sites += [amp, wave]
    for n in program.nodes:
        if isinstance(n, ast.Assign) and isinstance(n.value, (ast.BinOp, ast.Constant)):
            sites.append(n.value)
    sites = [
        s
        for s in sites
        if s.lineno == s.end_lineno
        and not (isinstance(s, ast.Constant) and not isinstance(s.value, (int, float)))
    ]
    if not sites:
        return None
    node = rng.choice(sites)
    held, text = program.held_at(node), program.text(node)
    loops = sorted(v for v, (lo, hi) in held.ints.items() if lo < hi)
    atom = (
        text if isinstance(node, (ast.Name, ast.Constant, ast.Call, ast.Subscript)) else f"({text})"
    )
    if loops and rng.random() < 0.6:
        v = rng.choice(loops)
        new = rng.choice(
            (
                f"{text} + {v}",
                f"{text} + {draw.decimal(rng, 0.1, 2)} * {v}",
                f"{text} - {v} % 2",
                f"{atom} * (1 + {v} % 2)",
                f"{text} + ({v} % 2) * {draw.decimal(rng, 0.5, 3)}",
                f"{text} + math.sin({v})" if "import math" in program.source else f"{text} - {v}",
            )
        )
    else:
        new = rng.choice(
            (
                f"{atom} * {draw.decimal(rng, 0.4, 2.5)}",
                f"{text} + {draw.decimal(rng, 0.3, 4)}",
                f"{text} - {draw.decimal(rng, 0.3, 3)}",
                f"-{atom}",
                f"{atom} / 2",
            )
        )
    return program.replaced([(node, new)])


def decision(rng: Random, program: Program) -> str | None:
    """Write another formula into a small function of numbers (the closures of a CPPN)."""
    sites = []
    for n in program.nodes:
        if isinstance(n, ast.FunctionDef) and 1 <= len(n.args.args) <= 6 and len(n.body) <= 4:
            if any(isinstance(c, (ast.For, ast.While)) for c in ast.walk(n)):
                continue
            arguments = [a.arg for a in n.args.args]
            if program.held.get(n.body[0].lineno - 1, Held()).creators:
                continue
            for c in ast.walk(n):
                if isinstance(c, ast.Return) and c.value is not None and c.lineno == c.end_lineno:
                    sites.append((c.value, arguments))
                elif isinstance(c, ast.If) and c.test.lineno == c.test.end_lineno:
                    sites.append((c.test, arguments))
    if not sites:
        return None
    node, names = rng.choice(sites)
    boolean = isinstance(node, (ast.Compare, ast.BoolOp)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, bool)
    )
    return program.replaced([(node, _condition(rng, names) if boolean else _number(rng, names))])


def _condition(rng: Random, names: list[str]) -> str:
    if len(names) < 4:
        return f"{rng.choice(names)} {rng.choice(('<', '>', '<='))} {draw.decimal(rng, 0, 5)}"
    a, b, c, d = names[:4]
    base = rng.choice(
        (
            f"({a} - {c}) ** 2 + ({b} - {d}) ** 2 <= {rng.choice(('1.5', '2.5', '4.5', '5', '8.5', '2', '10'))}",
            f"abs({a} - {c}) + abs({b} - {d}) <= {rng.choice('1234')}",
            f"max(abs({a} - {c}), abs({b} - {d})) <= {rng.choice('112')}",
            f"(({a} - {c}) * ({a} - {c}) + ({b} - {d}) * ({b} - {d})) <= {draw.decimal(rng, 1, 9)}",
            f"abs({a} - {c}) <= {rng.choice('12')} and abs({b} - {d}) <= {rng.choice('12')}",
            f"abs({a} - {c}) == 1 or abs({b} - {d}) == 1",
        )
    )
    if rng.random() < 0.25:
        base += rng.choice(
            (
                f" and {b} != {d}",
                f" and ({a} + {b}) % 2 == 0",
                f" or {b} == {d} == 0",
                f" and {a} != {c}",
            )
        )
    return base


def _number(rng: Random, names: list[str]) -> str:
    x = rng.choice(names)
    c, d = draw.decimal(rng, 0.5, 8), draw.decimal(rng, 0, 1, 2)
    options = [
        f"{c}",
        f"{d} * {x}",
        f"{x} / {rng.randint(2, 9)}",
        f"{c} + {x}",
        f"{x} % 2",
        f"-{x}",
        f"{c} if {x} % 2 == 0 else {draw.decimal(rng, 0.5, 8)}",
        f"abs({x}) + {c}",
        f"{c} if {x} > {rng.randint(0, 4)} else {draw.decimal(rng, 0.5, 8)}",
    ]
    if len(names) >= 4:
        a, b, e, f = names[:4]
        options += [
            f"max(abs({a} - {e}), abs({b} - {f}))",
            f"{c} * max(abs({a} - {e}), abs({b} - {f}))",
            f"abs({a} - {e}) + abs({b} - {f})",
            f"{d} * ({a} + {b})",
            f"{d} * {a} + {d} * {f}",
            f"({a} + {b}) / {rng.randint(2, 9)}",
            f"{c} * ({b} + 1)",
            f"{a} * {b} % 3",
        ]
    return rng.choice(options)
