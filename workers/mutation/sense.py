"""Does a finished line make sense: known names, calls that can work, joints where joints belong?

A line is read as a syntax tree and its *faults* are listed in words. A fault that the replaced
line has already may stay, so a program's own habits are never held against it.
"""

import ast
import functools
import re
from collections.abc import Collection, Iterator, Mapping

from workers.mutation.grammar import Place
from workers.mutation.kinds import base, bound_by, differ, inner_kinds, items_of, kind_of
from workers.mutation.lines import LineEdit
from workers.mutation.scope import CREATOR_METHODS, Scope, one_further

_BLOCK_WORDS = (
    "for ", "if ", "while ", "elif ", "else", "def ", "class ", "with ", "try", "except", "finally",
)  # fmt: skip
_TAKES = {  # least and most arguments
    "add_joint": (2, 2), "add_muscle": (2, 5), "get_walker": (0, 0), "append": (1, 1),
    "query_cppn": (7, 7), "range": (1, 3), "len": (1, 1), "abs": (1, 1), "cos": (1, 1),
    "linspace": (2, 3), "arange": (1, 3), "sin": (1, 1), "sqrt": (1, 1),
    "float": (1, 1), "int": (1, 1), "enumerate": (1, 2),
}  # fmt: skip
_BUILT_IN = {  # the same of plain calls only: methods of these names are something else
    "all": (1, 1), "any": (1, 1), "bool": (0, 1), "divmod": (2, 2), "filter": (2, 2),
    "isinstance": (2, 2), "iter": (1, 2), "list": (0, 1), "map": (2, 9), "max": (1, 99),
    "min": (1, 99), "next": (1, 2), "pow": (2, 3), "reversed": (1, 1), "round": (1, 2),
    "set": (0, 1), "str": (0, 1), "sum": (1, 2), "tuple": (0, 1),
}  # fmt: skip
_GIVE_NOTHING = frozenset({"add_muscle", "append", "extend", "insert", "sort"})
_NEVER_JOINT = frozenset({"list", "creator", "function", "module", "walker"})
_NUMERIC_CALLS = frozenset(
    "abs cos exp float floor hypot int len log max min pow radians round sign sin sqrt sum "
    "tan".split()
)
_NEVER_MANY = frozenset({"number", "joint", "creator", "function", "module", "walker"})
_OF_MANY = frozenset(  # calls whose only or first argument holds many values
    "all any dict enumerate iter len list max min reversed set sorted sum tuple".split()
)


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def opens_block(line: str) -> bool:
    """Whether a line is the header of a block."""
    code = line.split("#")[0].rstrip()
    return code.endswith(":") and code.lstrip().startswith((*_BLOCK_WORDS, "]:", "):", "}:"))


def keeps_role(old: str, new: str, source: str) -> bool:
    """Whether a replacement is still what other lines rely on.

    A function keeps its name, a return stays one, a list is still appended to, a block keeps its
    kind, and names that ``source`` uses elsewhere are still bound.
    """
    was, now = old.lstrip(), new.lstrip()
    for word in ("def ", "class "):
        if was.startswith(word):
            name = was[len(word) :].split("(")[0].split(":")[0].strip()
            same_place = indent_of(old) == indent_of(new)
            return same_place and now.startswith((f"{word}{name}(", f"{word}{name}:"))
    if not keeps_kind(parse_line(was), parse_line(now)):
        return False
    if was.startswith("return"):
        if not now.startswith("return") or ("get_walker" in was and "get_walker" not in now):
            return False
        number = _returned_values(was)
        return number < 2 or number == _returned_values(now, (ast.Tuple, ast.List))
    if opens_block(was) and not was.startswith("el") and was.split()[0] != now.split()[0]:
        return False
    if ".append(" in was and was.split(".append(")[0] + ".append(" not in now:
        return False
    if "walker_creator()" in was and "walker_creator()" not in now:
        return False
    lost = bound_names(was) - bound_names(now)
    return not any(len(re.findall(rf"\b{name}\b", source)) > was.count(name) for name in lost)


def _returned_values(line: str, kinds: type | tuple[type, ...] = ast.Tuple) -> int:
    """Return how many values a line returns, 1 when it does not say."""
    tree = parse_line(line)
    found = [n.value for n in ast.walk(tree) if isinstance(n, ast.Return)] if tree else []
    return len(found[0].elts) if found and isinstance(found[0], kinds) else 1


def keeps_kind(old: ast.Module | None, new: ast.Module | None) -> bool:
    """Whether a call stays one and a loop goes over the same kind of things."""
    if old is None or new is None or not old.body:
        return True
    if not new.body:  # a comment is no statement
        return False
    was, now = old.body[-1], new.body[-1]
    if isinstance(was, ast.Expr) and isinstance(was.value, ast.Call):
        is_call = isinstance(now, ast.Expr) and isinstance(now.value, ast.Call)
        return is_call or isinstance(now, (ast.For, ast.If, ast.While))
    if isinstance(was, ast.Assign):
        if not isinstance(now, ast.Assign):
            return isinstance(now, (ast.For, ast.If, ast.While, ast.AugAssign))
        if isinstance(was.targets[0], (ast.Attribute, ast.Subscript)) and ast.dump(
            was.targets[0]
        ) != ast.dump(now.targets[0]):
            return False
        return _category(was.value) == _category(now.value)
    if isinstance(was, ast.For) and isinstance(now, ast.For):
        names = [getattr(getattr(s.iter, "func", None), "id", "") for s in (was, now)]
        same_targets = ast.dump(was.target) == ast.dump(now.target)
        return same_targets and (names[0] == names[1] or "range" not in names)
    return True


def _category(value: ast.expr) -> str | tuple:
    """Return what a value is at first sight: a list, a dictionary, a call of whom, or a number."""
    if isinstance(value, ast.Tuple):
        return tuple(map(_category, value.elts))
    if isinstance(value, (ast.List, ast.ListComp)):
        return "list"
    if isinstance(value, (ast.Dict, ast.DictComp, ast.Set, ast.JoinedStr)):
        return "dictionary"
    if isinstance(value, ast.Call):
        name = getattr(value.func, "attr", getattr(value.func, "id", ""))
        return "number" if name in _NUMERIC_CALLS else name
    return "text" if isinstance(getattr(value, "value", None), str) else "number"


@functools.lru_cache(maxsize=512)  # several questions are asked of a line, in all answers
def parse_line(text: str) -> ast.Module | None:
    """Return the tree of one statement or block header by itself; it is shared, so only read."""
    code = text
    if opens_block(text):
        code = text.split("#")[0].rstrip() + " pass"
        if text.startswith(("elif", "else")):
            code = "if 1: pass\n" + code
    elif text.startswith("return"):
        code = "def _(): " + text
    elif text.startswith(("break", "continue")):
        code = "while 1: " + text
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bound_names(text: str) -> frozenset[str]:
    """Return what a line binds: assignment and loop targets."""
    tree = parse_line(text.strip())
    if tree is None:
        return frozenset()
    generators = [c for c in ast.walk(tree) if isinstance(c, ast.comprehension)]
    inner = {id(n) for c in generators for n in ast.walk(c.target)}
    stored = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return frozenset(n.id for n in stored if id(n) not in inner)


def makes_sense(text: str, place: Place, old: str = "") -> bool:
    """Whether a finished line has no fault that the replaced line ``old`` does not have.

    What it returns is of the same kind.
    """
    tree = parse_line(text)
    if tree is None or not tree.body:
        return False
    before = parse_line(old) if old else None
    if before is not None and differ(*(_returned(place.scope, line) for line in (before, tree))):
        return False
    found = set(faults(tree, place))
    return not found or (before is not None and found <= set(faults(before, place)))


def _returned(scope: Scope, tree: ast.Module) -> str:
    """Return the kind of what a line returns, if it returns anything."""
    returns = [n for n in ast.walk(tree) if isinstance(n, ast.Return) and n.value]
    return kind_of(scope, returns[0].value) if returns else "any"


def faults(tree: ast.Module, place: Place) -> Iterator[str]:
    """Yield what is wrong with a line, in words that name it."""
    inner = inner_kinds(place.scope, tree)
    last = tree.body[-1]
    if isinstance(last, ast.For):
        each = items_of(place.scope, last.iter, inner)
        bound = dict(bound_by(last.target, each))
        if isinstance(last.target, ast.Tuple) and (
            each in _NEVER_MANY or (isinstance(each, tuple) and len(each) != len(last.target.elts))
        ):
            yield "as many values as names"
        yield from _faults_of_binding(bound, place.scope)
        if base(kind_of(place.scope, last.iter, inner)) in _NEVER_MANY:
            yield "a loop over something that is no list"
        inner |= bound
    elif isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
        bound = {last.targets[0].id: kind_of(place.scope, last.value, inner)}
        yield from _faults_of_binding(bound, place.scope)
    passed = {id(a) for n in ast.walk(tree) if isinstance(n, ast.Call) for a in [n.func, *n.args]}
    passed |= {id(k.value) for n in ast.walk(tree) if isinstance(n, ast.Call) for k in n.keywords}
    is_header = isinstance(tree.body[0], ast.FunctionDef) and tree.body[0].name != "_"
    for n in ast.walk(tree):
        if isinstance(n, ast.Name):
            is_known = n.id in place.names or n.id in inner or is_header
            if isinstance(n.ctx, ast.Load) and not is_known:
                yield f"unknown name {n.id}"
            elif place.scope.base(n.id) == "function" and id(n) not in passed:
                yield f"{n.id} is not called"
        elif isinstance(n, ast.Call):
            yield from _faults_of_call(n, place.scope, inner)
        elif isinstance(n, ast.Assign):
            target = n.targets[0]
            if isinstance(target, ast.Name) and target.id in place.scope.counted:
                yield from _faults_of_count(n.value)
            if isinstance(target, ast.Tuple):
                single = isinstance(n.value, (ast.Subscript, ast.BinOp, ast.Constant))
                single &= base(kind_of(place.scope, n.value, inner)) != "list"
                if single or len(getattr(n.value, "elts", target.elts)) != len(target.elts):
                    yield "as many values as names"
        elif isinstance(n, ast.Attribute):
            called = getattr(getattr(n.value, "func", None), "attr", "")
            if called in _GIVE_NOTHING and called not in place.scope.methods:
                yield "something of nothing"
        elif isinstance(n, ast.Subscript):
            yield from _faults_of_index(n, place.scope, inner)
        elif isinstance(n, ast.BinOp):
            sides = {base(kind_of(place.scope, side, inner)) for side in (n.left, n.right)}
            names = {getattr(side, "id", "") for side in (n.left, n.right)}
            is_repeated = isinstance(n.op, ast.Mult)  # ``[0] * 3``
            if names & place.scope.optional or (sides == {"list", "number"} and not is_repeated):
                yield "arithmetic with something that may be no number"
            if sides & {"function", "creator", "module", "walker"}:
                yield "arithmetic with something that is no number"
            divides = isinstance(n.op, (ast.Div, ast.Mod, ast.FloorDiv))
            if divides and isinstance(n.right, ast.Constant) and n.right.value == 0:
                yield "division by zero"


def _faults_of_binding(bound: Mapping[str, str], scope: Scope) -> Iterator[str]:
    """Yield the names that would hold something else than everywhere else."""
    for name, kind in bound.items():
        if differ(scope.kinds.get(name, "any"), kind):
            yield f"{name} holds something else"


def joins_again(text: str, old: str, scope: Scope, gone: Collection[int]) -> bool:
    """Whether a line joins two joints that another line joins; the builder drops the second."""
    known = [ends for ends in _joined_by(text) if ends in scope.joined]
    if not known:
        return False
    before = _joined_by(old) if old else []
    return any(e not in before and not scope.joined[e] <= set(gone) for e in known)


def moves(source: str) -> bool:
    """Whether a program may have a muscle with an amplitude, as far as its calls tell."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    called = {id(call.func) for call in calls}
    if any(_is_muscle(n) and id(n) not in called for n in ast.walk(tree)):
        return True  # handed on: who knows what with
    return any(
        len(call.args) > 3
        or any(isinstance(a, ast.Starred) for a in call.args)
        or any(k.arg in ("amplitude", None) for k in call.keywords)
        for call in calls
        if _is_muscle(call.func)
    )


def _is_muscle(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and "muscle" in node.attr


def runs_over(text: str, scope: Scope, edits: Collection[LineEdit]) -> bool:
    """Whether a line looks one further in a list than the loop over all of it goes."""
    tree = parse_line(text)
    if tree is None or any(isinstance(n, ast.IfExp) for n in ast.walk(tree)):
        return False
    if any(opens_block(edit.text) for edit in edits):
        return False  # the answer has a loop or a condition of its own
    inner = inner_kinds(scope, tree)
    return any(
        name not in inner and scope.counters.get(name) == ast.dump(n.value)
        for n in ast.walk(tree)
        if isinstance(n, ast.Subscript) and (name := one_further(n.slice))
    )


def _joined_by(text: str) -> list[frozenset[str]]:
    """Return the ends of the muscles that a line adds."""
    tree = parse_line(text)
    return [
        frozenset(ast.dump(a) for a in n.args[:2])
        for n in (ast.walk(tree) if tree else ())
        if isinstance(n, ast.Call) and len(n.args) > 1 and "muscle" in getattr(n.func, "attr", "")
    ]


def _faults_of_count(value: ast.AST) -> Iterator[str]:
    """Yield what keeps an expression from being a whole number."""
    parts = list(ast.walk(value))
    called = [n for n in parts if isinstance(n, ast.Call)]
    if any(getattr(n.func, "attr", "") in ("linspace", "arange", "array") for n in called):
        yield "a count that is no whole number"
    if called:
        return
    is_real = any(isinstance(n, ast.Constant) and isinstance(n.value, float) for n in parts)
    if is_real or any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div) for n in parts):
        yield "a count that is no whole number"


def _faults_of_call(call: ast.Call, scope: Scope, inner: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the arguments of a call."""
    named = [k.arg for k in call.keywords]
    if len(set(named)) < len(named):
        yield "an argument is named twice"
    if any(isinstance(a, ast.Starred) for a in call.args) or None in named:
        return
    count = len(call.args) + len(named)
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    own = scope.signatures.get(name) if isinstance(call.func, ast.Name) else None
    if own is not None:
        if not own.takes(len(call.args), named):
            yield f"{name} takes other arguments"
        for parameter, value in zip(own.parameters, call.args, strict=False):
            if parameter in scope.counted:
                yield from _faults_of_count(value)
        return
    if name in _TAKES and not _TAKES[name][0] <= count <= _TAKES[name][1]:
        yield f"{name} takes other arguments"
    methods = scope.methods.get(name, []) if isinstance(call.func, ast.Attribute) else []
    is_own = bool(methods) and base(kind_of(scope, call.func.value)) not in ("list", "module")
    if is_own and name not in CREATOR_METHODS:
        if not any(m.takes(len(call.args) + 1, named) for m in methods):  # the first is ``self``
            yield f"{name} takes other arguments"
        return
    kinds = [base(kind_of(scope, value, inner)) for value in call.args]
    if isinstance(call.func, ast.Name):
        yield from _faults_of_built_in(name, call, kinds)
    if name == "add_muscle" and len(call.args) >= 2:
        if set(named) - {"is_distance", "amplitude", "phase"}:
            yield "add_muscle has no such argument"
        if ast.dump(call.args[0]) == ast.dump(call.args[1]):
            yield "a muscle from a joint to itself"
        for end, kind in zip(call.args[:2], kinds, strict=False):
            is_literal = isinstance(end, (ast.List, ast.Tuple, ast.Dict, ast.Compare))
            if is_literal or kind in _NEVER_JOINT or (kind == "number" and not scope.uses_indices):
                yield "a muscle to something that is no joint"
    if name == "add_joint":
        for coordinate, kind in zip(call.args, kinds, strict=True):
            is_literal = isinstance(coordinate, (ast.List, ast.Tuple, ast.Dict))
            if is_literal or kind in _NEVER_JOINT:
                yield "a coordinate that is no number"


def _faults_of_built_in(name: str, call: ast.Call, kinds: list[str]) -> Iterator[str]:
    """Yield what is wrong with the arguments of one of Python's own functions."""
    count = len(call.args) + len(call.keywords)
    if name in _BUILT_IN and not _BUILT_IN[name][0] <= count <= _BUILT_IN[name][1]:
        yield f"{name} takes other arguments"
    is_of_many = name in _OF_MANY and (len(kinds) == 1 or name == "enumerate")
    many = kinds if name == "zip" else kinds[:is_of_many]
    if _NEVER_MANY & set(many):
        yield f"{name} of something that is no list"
    counts = {"range": kinds, "enumerate": kinds[1:]}.get(name, [])
    if not {"number", "any"} >= set(counts):
        yield "a count that is no whole number"
    if name == "range":
        for value in call.args:
            yield from _faults_of_count(value)


def _faults_of_index(node: ast.Subscript, scope: Scope, inner: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with an index, as far as kinds and the lengths of lists tell."""
    whole, index = base(kind_of(scope, node.value, inner)), node.slice
    if whole in _NEVER_MANY:
        yield "an index into something that is no list"
    if whole == "list":
        if isinstance(index, ast.Tuple):
            yield "a list has one index"
        elif base(kind_of(scope, index, inner)) not in ("number", "any"):
            yield "an index that is no whole number"
    if not isinstance(node.value, ast.Name) or not isinstance(index, ast.Constant):
        return
    length = scope.lengths.get(node.value.id)
    if isinstance(index.value, float):
        yield "an index that is no whole number"
    elif length is not None and isinstance(index.value, int) and index.value >= length:
        yield f"{node.value.id} has {length} items"
