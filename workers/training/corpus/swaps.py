"""Places where a piece of a program could be another piece: what edits change and bugs get wrong."""

import ast
from dataclasses import dataclass
from random import Random

from workers.training.corpus import draw
from workers.training.corpus.text import Text

COMPARISONS = {
    ast.Lt: ("<", "<=", ">", ">="),
    ast.LtE: ("<=", "<", ">=", ">"),
    ast.Gt: (">", ">=", "<", "<="),
    ast.GtE: (">=", ">", "<=", "<"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
OPERATORS = {
    ast.Add: ("+", "-", "-", "*"),
    ast.Sub: ("-", "+", "+", "*"),
    ast.Mult: ("*", "+", "/", "-", "//"),
    ast.Div: ("/", "*", "//", "+"),
    ast.FloorDiv: ("//", "/", "*", "%"),
    ast.Mod: ("%", "//", "*", "/"),
    ast.Pow: ("**", "*"),
    ast.BitAnd: ("&", "|", "^"),
    ast.BitOr: ("|", "&", "^"),
    ast.BitXor: ("^", "|", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}


@dataclass(frozen=True)
class Swap:
    """``old`` at one place of one line (from 1) and ``new``, which could stand there."""

    kind: str
    line: int
    start: int
    end: int
    old: str
    new: str

    def overlaps(self, other: "Swap") -> bool:
        return self.line == other.line and self.start < other.end and other.start < self.end


def apply(source: str, swaps: list[Swap]) -> str:
    """Return the source with ``swaps``, which do not overlap, carried out."""
    lines = source.split("\n")
    for s in sorted(swaps, key=lambda s: (s.line, s.start), reverse=True):
        lines[s.line - 1] = lines[s.line - 1][: s.start] + s.new + lines[s.line - 1][s.end :]
    return "\n".join(lines)


def operators(rng: Random, text: Text) -> list[Swap]:
    """Return another operator for every arithmetic one."""
    out = []
    for n in text.nodes:
        if isinstance(n, ast.BinOp) and not _is_text(n.left) and not _is_text(n.right):
            out += _between(rng, text, "operator", n.left, n.right, OPERATORS.get(type(n.op)))
        elif isinstance(n, ast.AugAssign):
            signs = OPERATORS.get(type(n.op))
            if signs:
                signs = tuple(f"{s}=" for s in signs)
                out += _between(rng, text, "operator", n.target, n.value, signs)
    return out


def _is_text(node: ast.AST) -> bool:
    """Whether a node is a string or a list, for which + and % mean something else."""
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, (ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
    )


def comparisons(rng: Random, text: Text) -> list[Swap]:
    """Return another sign for every comparison."""
    out = []
    for n in text.nodes:
        if isinstance(n, ast.Compare):
            sides = [n.left, *n.comparators]
            for k, op in enumerate(n.ops):
                signs = COMPARISONS[type(op)]
                out += _between(rng, text, "comparison", sides[k], sides[k + 1], signs)
    return out


def connectives(rng: Random, text: Text) -> list[Swap]:
    """Return or for every and, and the reverse, where only two conditions are joined."""
    out = []
    for n in text.nodes:
        if isinstance(n, ast.BoolOp) and len(n.values) == 2:
            signs = ("and", "or") if isinstance(n.op, ast.And) else ("or", "and")
            out += _between(rng, text, "connective", *n.values, signs)
    return out


def _between(rng: Random, text: Text, kind: str, left, right, signs) -> list[Swap]:
    """Return a swap of the sign that stands between two nodes of one line."""
    if not signs or left.end_lineno != right.lineno:
        return []
    line = text.lines[left.end_lineno - 1]
    between = line[left.end_col_offset : right.col_offset]
    if between.count(signs[0]) != 1 or between.strip("() ") != signs[0]:
        return []
    start = left.end_col_offset + between.index(signs[0])
    new = rng.choice(signs[1:])
    return [Swap(kind, left.end_lineno, start, start + len(signs[0]), signs[0], new)]


def numbers(rng: Random, text: Text) -> list[Swap]:
    """Return another value for every number."""
    out = []
    for n in _literals(text, (int, float)):
        new = _other(rng, n.value)
        if new == "0" and isinstance(text.parents[n], ast.UnaryOp):
            new = "2"
        out.append(_of(n, "constant", text, new))
    return out


def _other(rng: Random, value: float) -> str:
    if isinstance(value, float):
        if value == 0:
            return rng.choice(("1.0", "0.5", "0.1"))
        new = rng.choice((value * 2, value / 2, value * 10, value + 1, value - 1))
        return repr(float(f"{abs(new):.3g}"))
    if value > 20:
        return str(rng.choice((value // 2, value * 2, value + 1, value - 1, value + 10)))
    new = value + rng.choice((-1, -1, 1, 1, 1, 2, -2, 3))
    return str(new if new >= 0 else value + 1)


def flags(rng: Random, text: Text) -> list[Swap]:
    """Return False for every True, and the reverse."""
    found = _literals(text, (bool,))
    return [_of(n, "flag", text, str(not n.value)) for n in found]


def _literals(text: Text, kinds) -> list[ast.Constant]:
    out = []
    for n in text.nodes:
        if isinstance(n, ast.Constant) and type(n.value) in kinds and _is_plain(n, text):
            sliced = isinstance(text.parents.get(n), ast.FormattedValue)
            if text.text(n) == repr(n.value) and not sliced:
                out.append(n)
    return out


def _is_plain(node: ast.AST, text: Text) -> bool:
    """Whether a node stands in one line and not inside an f-string, whose positions may be off."""
    return node.lineno == node.end_lineno and text.inside(node, ast.JoinedStr) is None


def _of(node: ast.AST, kind: str, text: Text, new: str) -> Swap:
    return Swap(kind, node.lineno, node.col_offset, node.end_col_offset, text.text(node), new)


def variables(rng: Random, text: Text) -> list[Swap]:
    """Return another variable of the function, bound further up, for every use of one."""
    known = locals_of(text)
    first = {name: first_binding(text, name) for name in known}
    out = []
    for n in _uses(text, known):
        others = [name for name in known if name != n.id and first[name] < n.lineno]
        if others:
            out.append(_of(n, "variable", text, rng.choice(others)))
    return out


def undefined_names(rng: Random, text: Text) -> list[Swap]:
    """Return a name that does not exist, but looks alike, for every use of a variable."""
    known = locals_of(text)
    out = []
    for n in _uses(text, known):
        new = misspelt(rng, n.id)
        if new not in text.names:
            out.append(_of(n, "name", text, new))
    return out


def misspelt(rng: Random, name: str) -> str:
    """Return ``name`` with one slip of the hand, or with another first letter."""
    k = rng.randrange(len(name))
    letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
    if len(name) < 3:
        return letter + name[1:]
    slips = [
        name[:k] + name[k + 1 :],
        name[:k] + name[k] + name[k:],
        name[:k] + letter + name[k + 1 :],
        letter + name[1:],
        name + "s",
        name[:-1],
        name.replace("_", "") if "_" in name else name + "_",
    ]
    new = rng.choice(slips)
    return new if new.isidentifier() and new != name else letter + name


def locals_of(text: Text) -> list[str]:
    """Return the names that the function binds itself: parameters and assigned variables."""
    bound = {
        n.id for n in text.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    } | {n.arg for n in text.nodes if isinstance(n, ast.arg)}
    return sorted(bound - {"self", "cls"} - {n for n in bound if n.startswith("__")})


def first_binding(text: Text, name: str) -> int:
    """Return the line (from 1) that binds ``name`` first; a parameter's is before all others."""
    if any(isinstance(n, ast.arg) and n.arg == name for n in text.nodes):
        return 0
    return min(
        n.lineno
        for n in text.nodes
        if isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)
    )


def _uses(text: Text, known: list[str]) -> list[ast.Name]:
    return [
        n
        for n in text.nodes
        if isinstance(n, ast.Name)
        and isinstance(n.ctx, ast.Load)
        and n.id in known
        and _is_plain(n, text)
        and text.text(n) == n.id
    ]


def negations(rng: Random, text: Text) -> list[Swap]:
    """Return the opposite of every condition that is a name, a call or a ``not``."""
    out = []
    for n in text.nodes:
        test = getattr(n, "test", None)
        if test is None or not _is_plain(test, text) or isinstance(n, ast.Assert):
            continue
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            out.append(_of(test, "negation", text, text.text(test.operand)))
        elif isinstance(test, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)):
            out.append(_of(test, "negation", text, f"not {text.text(test)}"))
    return out


def bounds(rng: Random, text: Text) -> list[Swap]:
    """Return ends of ranges and slices that are one off."""
    out = []
    for n in text.nodes:
        ends: list[ast.AST] = []
        if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "range":
            ends = n.args[:2]
        elif isinstance(n, ast.Slice):
            ends = [e for e in (n.lower, n.upper) if e is not None]
        for end in ends:
            if _is_plain(end, text):
                out.append(_of(end, "bound", text, _one_off(rng, text, end)))
    return out


def _one_off(rng: Random, text: Text, end: ast.AST) -> str:
    source = text.text(end)
    if isinstance(end, ast.Constant) and type(end.value) is int:
        return str(max(0, end.value + rng.choice((-1, 1)))) if end.value else "1"
    one = (
        isinstance(end, ast.BinOp)
        and isinstance(end.op, (ast.Add, ast.Sub))
        and isinstance(end.right, ast.Constant)
        and end.right.value == 1
    )
    if one and rng.random() < 0.8:
        return text.text(end.left)
    return f"{source} {rng.choice('+-')} 1"


def arguments(rng: Random, text: Text) -> list[Swap]:
    """Return calls with two neighboring arguments exchanged."""
    out = []
    for n in text.nodes:
        if not isinstance(n, ast.Call) or len(n.args) < 2 or not _is_plain(n, text):
            continue
        k = rng.randrange(len(n.args) - 1)
        a, b = n.args[k : k + 2]
        one, two = text.text(a), text.text(b)
        if one != two and not isinstance(a, (ast.Starred, ast.GeneratorExp)):
            if isinstance(b, (ast.Starred, ast.GeneratorExp)):
                continue
            middle = text.lines[n.lineno - 1][a.end_col_offset : b.col_offset]
            old, new = one + middle + two, two + middle + one
            out.append(Swap("arguments", n.lineno, a.col_offset, b.end_col_offset, old, new))
    return out


def new_name(rng: Random, text: Text) -> str:
    """Return a name for a variable as people choose it."""
    common = (
        "value", "item", "result", "count", "total", "node", "start", "end", "index", "data",
        "entry", "current", "left", "right", "key", "temp", "size", "limit", "first", "last", "x",
        "y", "n", "k", "i", "line", "text", "name", "path", "values", "items", "found", "res",
        "out", "buf", "obj", "num", "pos", "length", "width", "args", "flag", "msg", "tmp", "elem",
    )  # fmt: skip
    return (
        text.fresh(rng, *rng.sample(common, 4))
        if rng.random() < 0.7
        else draw.name(rng, text.names)
    )
