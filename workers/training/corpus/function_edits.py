"""Edit operators for any Python function; each returns (message, the child's source) or None."""

import ast
import builtins
import keyword
from random import Random

from workers.training.corpus import swaps
from workers.training.corpus.swaps import Swap
from workers.training.corpus.text import Text

Edit = tuple[str, str]
_RESERVED = set(dir(builtins)) | set(keyword.kwlist)


def _changed(rng: Random, text: Text, found: list[Swap], messages: tuple[str, ...]) -> Edit | None:
    """Carry out one swap; messages may hold {old}, {new} and {name} of the function."""
    if not found:
        return None
    swap = rng.choice(found)
    message = rng.choice(messages).format(old=swap.old, new=swap.new, name=function_name(text))
    return message, swaps.apply(text.source, [swap])


def function_name(text: Text) -> str:
    """Return the name of the first function."""
    return next(n.name for n in text.nodes if isinstance(n, ast.FunctionDef))


def change_constant(rng: Random, text: Text) -> Edit | None:
    """Give a number another value, or turn a flag over."""
    if rng.random() < 0.2:
        found = swaps.flags(rng, text)
        return _changed(rng, text, found, ("Change a flag", "Change {old} to {new}"))
    return _changed(
        rng,
        text,
        swaps.numbers(rng, text),
        (
            "Change a constant",
            "Change {old} to {new}",
            "Tweak a number",
            "Change a number in {name}",
        ),
    )


def change_operator(rng: Random, text: Text) -> Edit | None:
    """Use another operator."""
    found = swaps.operators(rng, text) + swaps.connectives(rng, text)
    return _changed(
        rng,
        text,
        found,
        ("Change an operator", "Use {new} instead of {old}", "Replace {old} by {new}"),
    )


def change_comparison(rng: Random, text: Text) -> Edit | None:
    """Compare in another way."""
    return _changed(
        rng,
        text,
        swaps.comparisons(rng, text),
        ("Change a comparison", "Change a condition", "Use {new} instead of {old}"),
    )


def negate(rng: Random, text: Text) -> Edit | None:
    """Turn a condition round."""
    return _changed(
        rng,
        text,
        swaps.negations(rng, text),
        ("Negate a condition", "Invert a condition in {name}", "Change a condition"),
    )


def change_bounds(rng: Random, text: Text) -> Edit | None:
    """Start or end one earlier or later."""
    return _changed(
        rng,
        text,
        swaps.bounds(rng, text),
        ("Change the bounds", "Change {old} to {new}", "Change a bound by one"),
    )


def swap_arguments(rng: Random, text: Text) -> Edit | None:
    """Exchange two arguments of a call."""
    return _changed(
        rng,
        text,
        swaps.arguments(rng, text),
        ("Swap two arguments", "Change the argument order", "Swap arguments in {name}"),
    )


def change_variable(rng: Random, text: Text) -> Edit | None:
    """Use another variable in one place."""
    return _changed(
        rng,
        text,
        swaps.variables(rng, text),
        ("Use another variable", "Use {new} instead of {old}", "Replace {old} by {new}"),
    )


def rename(rng: Random, text: Text) -> Edit | None:
    """Give a variable another name, everywhere."""
    candidates = [n for n in swaps.locals_of(text) if _is_renamable(text, n)]
    if not candidates:
        return None
    old = rng.choice(candidates)
    new = swaps.new_name(rng, text)
    if new in _RESERVED:
        return None
    changes = [
        (n, new + text.text(n)[len(old) :])  # an argument's node holds its annotation too
        for n in text.nodes
        if (isinstance(n, ast.Name) and n.id == old) or (isinstance(n, ast.arg) and n.arg == old)
    ]
    if any(
        not (text.text(n) or "").startswith(old) or n.lineno != n.end_lineno for n, _ in changes
    ):
        return None
    message = rng.choice(
        (
            f"Rename {old} to {new}",
            f"Rename {old}",
            "Rename a variable",
            f"Use {new} as a name instead of {old}",
            f"Rename {old} to {new} in {function_name(text)}",
        )
    )
    return message, text.replaced(changes)


def _is_renamable(text: Text, name: str) -> bool:
    """Whether every occurrence of a name is one that ``rename`` sees."""
    for n in text.nodes:
        if isinstance(n, (ast.Global, ast.Nonlocal)) and name in n.names:
            return False
        if isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler)) and n.name == name:
            return False
        if isinstance(n, ast.alias) and name in (n.name, n.asname):
            return False
        if isinstance(n, ast.keyword) and n.arg == name and _is_recursive(text, n):
            return False
        if isinstance(n, ast.FormattedValue) and any(
            isinstance(m, ast.Name) and m.id == name for m in ast.walk(n)
        ):
            return False
        if isinstance(n, (ast.MatchAs, ast.MatchStar)) and n.name == name:
            return False
    return True


def _is_recursive(text: Text, node: ast.keyword) -> bool:
    call = text.parents[node]
    own = {n.name for n in text.nodes if isinstance(n, ast.FunctionDef)}
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") in own


def _simple(text: Text) -> list[tuple[ast.stmt, list[ast.stmt]]]:
    """Return the one-line statements that hold no others, docstrings left out."""
    kinds = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign)
    return [
        (s, block)
        for s, block in text.statements
        if isinstance(s, kinds)
        and s.lineno == s.end_lineno
        and text.lines[s.lineno - 1].strip() == text.text(s)
        and not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
    ]


def delete(rng: Random, text: Text) -> Edit | None:
    """Remove a simple statement that is not the first to bind a name."""
    found = [
        s
        for s, block in _simple(text)
        if len(block) > 1
        and all(
            swaps.first_binding(text, n.id) < s.lineno
            for n in ast.walk(s)
            if isinstance(n, ast.Name) and _is_store(n)
        )
    ]
    if not found:
        return None
    s = rng.choice(found)
    messages = [
        "Remove a line",
        "Delete a statement",
        f"Remove a statement from {function_name(text)}",
    ]
    if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call):
        messages.append(f"Remove the call of {text.text(s.value.func)}")
    return rng.choice(messages), text.without(s)


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, (ast.Store, ast.Del))


def duplicate(rng: Random, text: Text) -> Edit | None:
    """Write a statement twice."""
    found = [s for s, _ in _simple(text) if not isinstance(getattr(s, "value", None), ast.Yield)]
    if not found:
        return None
    s = rng.choice(found)
    message = rng.choice(("Duplicate a line", "Repeat a statement", "Do it twice"))
    return message, text.with_lines(s.end_lineno, [text.lines[s.lineno - 1]])


def insert(rng: Random, text: Text) -> Edit | None:
    """Add a statement about a parameter or a variable that was just assigned."""
    function = next(n for n in text.nodes if isinstance(n, ast.FunctionDef))
    parameters = [a.arg for a in function.args.args if a.arg not in ("self", "cls")]
    if parameters and rng.random() < 0.5:
        return _guard(rng, text, function, rng.choice(parameters))
    found = [
        s
        for s, _ in _simple(text)
        if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)
    ]
    if not found:
        return None
    s = rng.choice(found)
    v = s.targets[0].id
    message, new = rng.choice(
        (
            (f"Print {v}", f"print({v})"),
            ("Add a debug print", f'print("{v}:", {v})'),
            (f"Assert that {v} is not None", f"assert {v} is not None"),
            (f"Convert {v} to a string", f"{v} = str({v})"),
            (f"Convert {v} to a list", f"{v} = list({v})"),
            ("Add an assertion", f"assert {v}"),
        )
    )
    return message, text.with_lines(s.end_lineno, [" " * s.col_offset + new])


def _guard(rng: Random, text: Text, function: ast.FunctionDef, name: str) -> Edit | None:
    body = function.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(body) > 1:
        first = body[1]
    if first.lineno == function.lineno or text.lines[first.lineno - 1][: first.col_offset].strip():
        return None
    indent = " " * first.col_offset
    message, new = rng.choice(
        (
            (f"Return early when {name} is None", [f"if {name} is None:", "    return None"]),
            (f"Return early when {name} is empty", [f"if not {name}:", "    return"]),
            ("Add a guard clause", [f"if not {name}:", "    return None"]),
            (
                f"Check {name}",
                [f"if {name} is None:", f'    raise ValueError("{name} must not be None")'],
            ),
            (
                f"Check the type of {name}",
                [f"assert isinstance({name}, {rng.choice(('int', 'str', 'list'))})"],
            ),
            (f"Print {name}", [f"print({name})"]),
        )
    )
    return message, text.with_lines(first.lineno - 1, [indent + line for line in new])


def extract(rng: Random, text: Text) -> Edit | None:
    """Give a part of an expression a name of its own."""
    found = []
    for n in text.nodes:
        if not isinstance(n, (ast.Call, ast.BinOp, ast.Compare, ast.Subscript, ast.Attribute)):
            continue
        if isinstance(getattr(n, "ctx", None), (ast.Store, ast.Del)):
            continue
        statement = text.inside(n, ast.stmt)
        kinds = (ast.Expr, ast.Assign, ast.AugAssign, ast.Return, ast.If)
        if (
            not isinstance(statement, kinds)
            or n.lineno != statement.lineno
            or n.lineno != n.end_lineno
        ):
            continue
        if _is_extractable(text, n, statement):
            found.append((n, statement))
    if not found:
        return None
    n, statement = rng.choice(found)
    old = text.text(n)
    new = swaps.new_name(rng, text)
    if new in _RESERVED:
        return None
    changed = text.replaced([(n, new)]).split("\n")
    at = statement.lineno - 1
    changed.insert(at, f"{' ' * statement.col_offset}{new} = {old}")
    messages = [
        "Extract a variable",
        f"Introduce {new}",
        f"Put {old} into {new}",
        f"Name {old} {new}",
    ]
    return rng.choice(messages if len(old) <= 30 else messages[:2]), "\n".join(changed)


def _is_extractable(text: Text, node: ast.AST, statement: ast.stmt) -> bool:
    """Whether a node is evaluated once, always, and alone in its statement's line."""
    if text.lines[statement.lineno - 1][: statement.col_offset].strip():
        return False  # behind a colon
    if text.lines[statement.lineno - 1].lstrip().startswith("elif"):
        return False
    parent = text.parents[node]
    if isinstance(parent, (ast.Expr, ast.Assign)):  # nothing would be left of the statement
        return False
    if isinstance(parent, ast.Call) and parent.func is node:  # a method without its object
        return False
    if isinstance(parent, ast.Attribute) and isinstance(text.parents[parent], ast.Call):
        return False
    while parent is not statement:
        scoped = (
            ast.Lambda, ast.comprehension, ast.ListComp, ast.GeneratorExp, ast.DictComp,
            ast.SetComp, ast.BoolOp, ast.IfExp, ast.JoinedStr, ast.Starred,
        )  # fmt: skip
        if isinstance(parent, scoped):
            return False
        parent = text.parents[parent]
    return not any(isinstance(m, (ast.NamedExpr, ast.Yield, ast.Await)) for m in ast.walk(node))


def inline(rng: Random, text: Text) -> Edit | None:
    """Put an expression where its variable was used once, in the next statement."""
    found = []
    for s, block in _simple(text):
        if not isinstance(s, ast.Assign) or not isinstance(s.targets[0], ast.Name):
            continue
        v, k = s.targets[0].id, block.index(s)
        uses = [n for n in text.nodes if isinstance(n, ast.Name) and n.id == v]
        if len(uses) != 2 or len(s.targets) != 1 or k + 1 >= len(block):
            continue
        use = uses[0] if not _is_store(uses[0]) else uses[1]
        after = text.inside(use, ast.stmt)
        plain = isinstance(after, (ast.Assign, ast.Expr, ast.Return)) and text.text(use) == v
        if (
            after is block[k + 1]
            and plain
            and text.inside(use, (ast.Lambda, ast.JoinedStr)) is None
        ):
            found.append((s, use))
    if not found:
        return None
    s, use = rng.choice(found)
    value = text.text(s.value)
    is_atom = isinstance(s.value, (ast.Call, ast.Name, ast.Constant, ast.Attribute, ast.Subscript))
    changed = text.replaced([(use, value if is_atom else f"({value})")]).split("\n")
    del changed[s.lineno - 1]
    name = s.targets[0].id
    return rng.choice(("Inline a variable", f"Inline {name}", f"Remove {name}")), "\n".join(changed)


def add_default(rng: Random, text: Text) -> Edit | None:
    """Give the last parameter a default value."""
    function = next(n for n in text.nodes if isinstance(n, ast.FunctionDef))
    a = function.args
    if not a.args or a.defaults or a.args[-1].arg in ("self", "cls") or a.args[-1].annotation:
        return None
    value = rng.choice(("None", "0", "1", "False", "()", "''"))
    name = a.args[-1].arg
    message = rng.choice(
        ("Add a default value", f"Make {name} optional", f"Give {name} the default {value}")
    )
    return message, text.replaced([(a.args[-1], f"{name}={value}")])


EDITS = (
    (rename, 4),
    (change_constant, 3),
    (change_operator, 2.5),
    (change_comparison, 2),
    (negate, 1.5),
    (change_bounds, 1.5),
    (swap_arguments, 1.5),
    (change_variable, 1.5),
    (delete, 1.5),
    (duplicate, 0.7),
    (insert, 2),
    (extract, 2),
    (inline, 0.8),
    (add_default, 0.7),
)
