"""What kind of value an expression has, as far as its text tells.

Kinds are ``number``, ``joint``, ``function``, ``creator``, ``walker``, ``module``, ``list``,
``list of joint`` (and so on, lists of lists too) and ``any``, which says nothing. A list that is
still empty is a ``list of nothing``. Tuples count as lists, truth values as numbers.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

ANY, LIST, NOTHING = "any", "list", "nothing"
_OF = "list of "
EMPTY = _OF + NOTHING
_MADE_BY = {
    "add_joint": "joint", "walker_creator": "creator", "WalkerCreator": "creator",
    "get_walker": "walker",
}  # fmt: skip
_NUMBERS = frozenset({"abs", "bool", "float", "int", "len", "round"})
_COPIES = ("list", "sorted", "tuple")
Kind = str | tuple  # a tuple: what ``zip`` and ``enumerate`` give, one kind for each name
_NONE: Mapping[str, str] = {}


class Known(Protocol):
    """What is known of names and functions: a ``Scope``."""

    kinds: dict[str, str]
    methods: Mapping[str, Any]
    returned: dict[str, tuple[str, int]]


def base(kind: str) -> str:
    """Return the kind without what is in it: ``list`` of ``list of joint``."""
    return ANY if kind == NOTHING else kind.partition(" ")[0]


def items(kind: str) -> str:
    """Return the kind of what a list holds."""
    return kind.removeprefix(_OF) if kind.startswith(_OF) else ANY


def merge(first: str, second: str) -> str:
    """Return the kind of a name that holds both."""
    if first == second or (second == EMPTY and base(first) == LIST):
        return first
    if first == EMPTY and base(second) == LIST:
        return second
    if base(first) == base(second) == LIST:
        return list_of({items(first), items(second)})
    return ANY


def list_of(kinds: set[str]) -> str:
    """Return the kind of a list that holds values of these kinds."""
    if not kinds:
        return EMPTY
    held, *rest = sorted(kinds)
    for kind in rest:
        held = merge(held, kind)
    return LIST if held == ANY else _OF + held


def one(kind: Kind) -> str:
    """Return the kind of a value that is not taken apart."""
    return kind if isinstance(kind, str) else list_of({one(part) for part in kind})


def differ(first: str, second: str) -> bool:
    """Whether no value is of both kinds."""
    if {ANY, NOTHING} & {first, second}:
        return False
    if base(first) != base(second):
        return True
    return base(first) == LIST and differ(items(first), items(second))


def kind_of(known: Known, value: ast.AST, inner: Mapping[str, str] = _NONE) -> str:
    """Return the kind of an expression; ``inner`` are the names of comprehensions around it."""
    if isinstance(value, ast.Constant):
        return "number" if isinstance(value.value, (int, float)) else ANY
    if isinstance(value, ast.Name):
        return inner.get(value.id) or known.kinds.get(value.id, ANY)
    if isinstance(value, (ast.List, ast.Tuple)):
        return list_of({kind_of(known, part, inner) for part in value.elts})
    if isinstance(value, ast.ListComp):
        within = dict(inner)
        for loop in value.generators:
            within |= bound_by(loop.target, items_of(known, loop.iter, within))
        return list_of({kind_of(known, value.elt, within)})
    if isinstance(value, ast.Subscript):
        whole = kind_of(known, value.value, inner)
        return whole if isinstance(value.slice, ast.Slice) else items(whole)
    if isinstance(value, ast.Call):
        name = getattr(value.func, "attr", getattr(value.func, "id", ""))
        if isinstance(value.func, ast.Name):
            if name in known.returned:
                return known.returned[name][0]
            if name in _COPIES and len(value.args) == 1:
                return list_of({one(items_of(known, value.args[0], inner))})
            if name in _NUMBERS:
                return "number"
        elif getattr(getattr(value.func, "value", None), "id", "") == "math":
            return "number"
        return ANY if name in known.methods else _MADE_BY.get(name, ANY)
    if isinstance(value, ast.Compare):
        return "number"
    if isinstance(value, ast.UnaryOp):
        return "number" if kind_of(known, value.operand, inner) == "number" else ANY
    if isinstance(value, ast.BinOp):
        sides = {kind_of(known, value.left, inner), kind_of(known, value.right, inner)}
        return "number" if sides == {"number"} else ANY
    if isinstance(value, ast.IfExp):
        return merge(kind_of(known, value.body, inner), kind_of(known, value.orelse, inner))
    return ANY


def items_of(known: Known, value: ast.AST, inner: Mapping[str, str] = _NONE) -> Kind:
    """Return the kind of what a loop over an expression takes from it, in each round."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name)):
        return items(kind_of(known, value, inner))
    name, given = value.func.id, value.args
    if any(isinstance(part, ast.Starred) for part in given):
        return ANY
    if name == "range":
        return "number"
    if name == "enumerate" and given:
        return ("number", items_of(known, given[0], inner))
    if name == "zip":
        return tuple(items_of(known, part, inner) for part in given)
    if name == "reversed" and given:
        return items_of(known, given[0], inner)
    return items(kind_of(known, value, inner))


def bound_by(target: ast.AST, kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the names that a loop or an assignment binds, and what each then holds."""
    if isinstance(target, ast.Name):
        yield target.id, one(kind)
    elif isinstance(target, (ast.Tuple, ast.List)):
        fits = isinstance(kind, tuple) and len(kind) == len(target.elts)
        each = kind if fits else [items(one(kind))] * len(target.elts)
        for part, held in zip(target.elts, each, strict=True):
            yield from bound_by(part, held)


def inner_kinds(known: Known, tree: ast.AST) -> dict[str, str]:
    """Return what the names hold that comprehensions and lambdas in ``tree`` bind."""
    inner: dict[str, str] = {}
    for n in ast.walk(tree):
        if isinstance(n, ast.comprehension):
            inner |= bound_by(n.target, items_of(known, n.iter, inner))
        elif isinstance(n, ast.arg):
            inner[n.arg] = ANY
    return inner
