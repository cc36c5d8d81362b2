"""Edit operators that rewrite what is there: names, constants, formulas, conditions."""

import ast
import re
from random import Random

from workers.training.corpus import draw, function_edits, swaps
from workers.training.corpus.numeric import constants, other_number
from workers.training.corpus.probe import Held
from workers.training.corpus.program import Program, formula
from workers.training.corpus.text import Text

_NAMES = {
    "range": ("COUNT", "LEGS", "SEGMENTS", "NUMBER", "PARTS", "STEPS"),
    "joint": ("SIZE", "GAP", "WIDTH", "HEIGHT", "STEP", "REACH", "LENGTH", "OFFSET"),
    "muscle": ("STRENGTH", "AMP", "AMPLITUDE", "POWER", "FORCE"),
    "other": ("VALUE", "FACTOR", "LIMIT", "UNIT", "NUMBER", "BASE"),
}


def rename(rng: Random, program: Program) -> str | None:
    """Give a variable another name, everywhere."""
    made = function_edits.rename(rng, Text(program.source, program.tree))
    return made[1] if made else None


def _constant_name(rng: Random, program: Program, node: ast.Constant) -> str:
    """Return a new name for a number, after the call that it goes into."""
    call = program.inside(node, (ast.Call, ast.stmt))
    kind = "other"
    if isinstance(call, ast.Call):
        if getattr(call.func, "id", "") == "range":
            kind = "range"
        elif call in program.joint_calls:
            kind = "joint"
        elif call in program.muscle_calls:
            kind = "muscle"
    return program.fresh(rng, *rng.sample(_NAMES[kind], 5))


def _free_literals(program: Program) -> list[ast.Constant]:
    """Return the numbers above 1 of executed code inside functions, outside f-strings and patterns."""
    return [
        n
        for n in constants(program)
        if n.value > 1
        and program.inside(n, ast.FunctionDef) is not None
        and program.inside(n, (ast.JoinedStr, ast.match_case)) is None
        and program.statement_of(n).lineno - 1 in program.held
    ]


def _top(program: Program) -> int:
    """Return the line (from 0) below the imports and a docstring at the top."""
    last = 0
    for s in program.tree.body:
        if isinstance(s, (ast.Import, ast.ImportFrom)) or (
            s is program.tree.body[0] and _is_doc(s)
        ):
            last = s.end_lineno
        else:
            break
    return last


def _is_doc(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _with_constant(program: Program, changed: list[str], name: str, value: str) -> str:
    """Return changed lines with ``NAME = value`` below the imports."""
    at = _top(program)
    new = [f"{name} = {value}"]
    if at < len(changed) and changed[at].strip() and changed[at].startswith(("def ", "class ")):
        new.append("")
    if at and changed[at - 1].strip() and at < len(changed) and not changed[at].strip():
        new = ["", *new]
    return "\n".join([*changed[:at], *new, *changed[at:]])


def name_constant(rng: Random, program: Program) -> str | None:
    """Give a number a name at the top of the program; its equals in the function may follow."""
    found = _free_literals(program)
    if not found:
        return None
    n = rng.choice(found)
    name = _constant_name(rng, program, n)
    same = [m for m in found if m.value == n.value and type(m.value) is type(n.value)]
    nodes = same if rng.random() < 0.4 and len(same) < 6 else [n]
    changed = program.replaced([(m, name) for m in nodes]).split("\n")
    return _with_constant(program, changed, name, program.text(n))


def name_other_constant(rng: Random, program: Program) -> str | None:
    """Give a number a name and another value."""
    found = _free_literals(program)
    if not found:
        return None
    n = rng.choice(found)
    name = _constant_name(rng, program, n)
    changed = program.replaced([(n, name)]).split("\n")
    return _with_constant(program, changed, name, other_number(rng, n.value))


def name_local(rng: Random, program: Program) -> str | None:
    """Give a number a name in the line above its statement."""
    found = []
    for n in _free_literals(program):
        s = program.statement_of(n)
        plain = isinstance(s, (ast.Expr, ast.Assign, ast.For)) and s.lineno == n.lineno
        is_value = isinstance(program.parents[n], ast.Assign)
        if plain and not is_value and not program.lines[s.lineno - 1][: s.col_offset].strip():
            found.append((n, s))
    if not found:
        return None
    n, s = rng.choice(found)
    name = _constant_name(rng, program, n).lower()
    if name in program.names:
        return None
    changed = program.replaced([(n, name)]).split("\n")
    changed.insert(s.lineno - 1, f"{' ' * s.col_offset}{name} = {program.text(n)}")
    return "\n".join(changed)


def compute_number(rng: Random, program: Program) -> str | None:
    """Put a formula of the names in scope where a number was."""
    sites = []
    for n in _free_literals(program) + [c for c in constants(program) if 0 < c.value <= 1]:
        held = program.held.get(program.statement_of(n).lineno - 1)
        in_table = isinstance(program.parents[n], (ast.Subscript, ast.Compare, ast.keyword))
        if held and not in_table and program.inside(n, ast.JoinedStr) is None:
            sites.append((n, held))
    if not sites:
        return None
    n, held = rng.choice(sites)
    is_count = isinstance(program.parents[n], ast.Call) and (
        getattr(program.parents[n].func, "id", "") == "range"
    )
    new = _count(rng, held) if is_count else wave(rng, held, n.value)
    is_formula = new is not None and any(c.isalpha() for c in new)
    return with_math(program, program.replaced([(n, new)])) if is_formula else None


def _count(rng: Random, held: Held) -> str | None:
    rows = sorted(held.rows)
    loops = sorted(v for v, (lo, hi) in held.ints.items() if lo < hi and hi < 12 and lo >= 0)
    if rows and (not loops or rng.random() < 0.6):
        return rng.choice((f"len({rows[0]})", f"len({rng.choice(rows)}) - 1"))
    return f"{rng.choice(loops)} + {rng.randint(1, 3)}" if loops else None


def wave(rng: Random, held: Held, near: float) -> str:
    """Return a formula that varies about ``near`` with a loop's index, or one of names in scope."""
    loops = sorted(v for v, (lo, hi) in held.ints.items() if lo < hi and "." not in v)
    high = max(2 * abs(near), 1)
    if not loops:
        return formula(rng, held, 0.3 * high, high, 1 if high > 2 else 2)
    v = rng.choice(loops)
    base = repr(near)
    part = draw.decimal(rng, 0.1 * high, 0.5 * high, 1 if high > 2 else 2)
    return rng.choice(
        (
            f"{base} + {part} * math.sin({v})",
            f"{base} + {part} * math.cos({draw.decimal(rng, 0.3, 3)} * {v})",
            f"{base} + {part} * ({v} % {rng.choice('223')})",
            f"{base} * (1 + {v} % 2)",
            f"{base} - {part} if {v} % 2 else {base}",
            f"{base} + {part} * {v}",
            f"{base} * {draw.decimal(rng, 0.5, 0.95, 2)} ** {v}",
            f"abs({v} - {rng.randint(1, 4)}) + {base}",
        )
    )


def with_math(program: Program, changed: str) -> str:
    """Import math when the changed program is the first to use it."""
    if re.search(r"\bmath\b", program.source) or not re.search(r"\bmath\.", changed):
        return changed
    lines = changed.split("\n")
    starts = [k for k, x in enumerate(lines) if x.startswith(("import ", "from "))]
    lines.insert(starts[0] if starts else 0, "import math")
    return "\n".join(lines)


def oscillate(rng: Random, program: Program) -> str | None:
    """Let strength or phase of a muscle in a loop follow a wave of the loop's index."""
    found = []
    for call in program.muscle_calls:
        held = program.held_at(call)
        loops = sorted(v for v, (lo, hi) in held.ints.items() if lo < hi and "." not in v)
        named = {k.arg: k.value for k in call.keywords}
        amp = named.get("amplitude") or (call.args[3] if len(call.args) == 5 else None)
        phase = named.get("phase") or (call.args[4] if len(call.args) == 5 else None)
        if loops and amp is not None and phase is not None:
            found.append((amp, phase, loops))
    if not found:
        return None
    amp, phase, loops = rng.choice(found)
    v = rng.choice(loops)
    a, b, c = draw.decimal(rng, 2, 8), draw.decimal(rng, 0.5, 3), draw.decimal(rng, 0.2, 2)
    strengths = (
        f"{a} + {b} * math.sin({v})",
        f"{a} + {b} * math.sin({c} * {v})",
        f"{a} * abs(math.cos({c} * {v})) + 1",
        f"{a} + {b} * ({v} % 2)",
        f"{a} if {v} % 2 else {b}",
    )
    phases = (
        f"{draw.decimal(rng, 0.05, 0.5, 2)} * {v}",
        f"0.5 * ({v} % 2)",
        f"0.25 * ({v} % 4)",
        f"0.5 + 0.5 * math.sin({v})",
        f"({v} * {draw.decimal(rng, 0.1, 0.9, 2)}) % 1",
    )
    changes = []
    what = rng.random()
    if what < 0.65:
        changes.append((amp, rng.choice(strengths)))
    if what > 0.35:
        changes.append((phase, rng.choice(phases)))
    return with_math(program, program.replaced(changes))


def mirror(rng: Random, program: Program) -> str | None:
    """Turn the body round: every x becomes its negative."""
    changes = []
    for call in program.joint_calls:
        x = call.args[0]
        if isinstance(x, ast.Starred):
            return None
        text = program.text(x)
        if isinstance(x, ast.Constant) and x.value == 0:
            continue
        if isinstance(x, ast.UnaryOp) and isinstance(x.op, ast.USub):
            changes.append((x, program.text(x.operand)))
        elif isinstance(x, (ast.BinOp, ast.IfExp)):
            changes.append((x, f"-({text})"))
        else:
            changes.append((x, f"-{text}"))
    return program.replaced(changes) if 0 < len(changes) <= 8 else None


def scale_body(rng: Random, program: Program) -> str | None:
    """Multiply all coordinates by a new constant."""
    if not 0 < len(program.joint_calls) <= 5:
        return None
    name = program.fresh(rng, *rng.sample(("SCALE", "ZOOM", "FACTOR", "UNIT"), 2))
    changes = []
    for call in program.joint_calls:
        if any(isinstance(a, ast.Starred) for a in call.args):
            return None
        for a in call.args:
            if isinstance(a, ast.Constant) and a.value == 0:
                continue
            text = program.text(a)
            is_atom = isinstance(
                a, (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute)
            )
            changes.append((a, f"{name} * {text}" if is_atom else f"{name} * ({text})"))
    if not changes:
        return None
    value = rng.choice(("0.5", "0.6", "0.7", "0.8", "1.2", "1.3", "1.5", "2"))
    return _with_constant(program, program.replaced(changes).split("\n"), name, value)


def cross(rng: Random, program: Program) -> str | None:
    """Exchange joints between two muscles."""
    calls = [
        c for c in program.muscle_calls if not any(isinstance(a, ast.Starred) for a in c.args[:2])
    ]
    if len(calls) < 2:
        return None
    one, two = rng.sample(calls, 2)
    a, b = rng.choice(one.args[:2]), rng.choice(two.args[:2])
    is_known = _in_scope(a, program.held_at(two)) and _in_scope(b, program.held_at(one))
    if program.text(a) == program.text(b) or not is_known:
        return None
    return program.replaced([(a, program.text(b)), (b, program.text(a))])


def _in_scope(node: ast.AST, held: Held) -> bool:
    """Whether every name in ``node`` holds a joint, a table or a number at a place."""
    known = {*held.joints, *held.rows, *held.maps, *held.ints, *held.floats, *held.sized}
    known |= {name.split("[")[0].split(".")[0] for name in known}
    return all(n.id in known for n in ast.walk(node) if isinstance(n, ast.Name))


def limit(rng: Random, program: Program) -> str | None:
    """Change the number that a loop or a condition compares with, or the end of a loop."""
    sites = []
    for n in program.nodes:
        if isinstance(n, (ast.While, ast.If)) and isinstance(n.test, ast.Compare):
            sites += [c for c in n.test.comparators if isinstance(c, ast.Constant)]
        elif isinstance(n, ast.Call) and getattr(n.func, "id", "") == "range":
            sites += [a for a in n.args if isinstance(a, ast.Constant)]
    sites = [s for s in sites if type(s.value) in (int, float)]
    if not sites:
        return None
    n = rng.choice(sites)
    return program.replaced([(n, other_number(rng, n.value, rng.random() < 0.3))])


def negate(rng: Random, program: Program) -> str | None:
    """Turn a condition round."""
    found = swaps.negations(rng, program) + swaps.comparisons(rng, program)
    return swaps.apply(program.source, [rng.choice(found)]) if found else None
