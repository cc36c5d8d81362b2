"""One walker program under edit: its text, its syntax tree and what its names hold."""

import ast
from dataclasses import dataclass
from functools import cached_property
from random import Random

from workers.training.corpus import draw
from workers.training.corpus.probe import Held, Shape, trace
from workers.training.corpus.text import Text


@dataclass(frozen=True)
class Anchor:
    """A place where a statement may be inserted: before ``line`` (from 0), at ``indent``."""

    line: int
    indent: str
    held: Held
    function: str


class Program(Text):
    """A parent program; ``Program.read`` gives None for one that is unfit for the corpus."""

    def __init__(self, source, tree, shape, held):
        super().__init__(source, tree)
        self.shape: Shape = shape
        self.held: dict[int, Held] = held

    @classmethod
    def read(cls, source: str) -> "Program | None":
        """Run ``source`` once and return it with what was seen."""
        found = trace(source)
        return cls(source, found.tree, found.shape, found.lines) if found else None

    def held_at(self, node: ast.AST) -> Held:
        """Return what names hold before the statement of ``node`` (nothing if it never ran)."""
        return self.held.get(self.statement_of(node).lineno - 1, Held())

    @cached_property
    def muscle_calls(self) -> list[ast.Call]:
        """The one-line calls of add_muscle, under whatever name."""
        out = []
        for node in self.nodes:
            if (
                not isinstance(node, ast.Call)
                or node.lineno != node.end_lineno
                or len(node.args) < 2
            ):
                continue
            alias = isinstance(node.func, ast.Name) and node.func.id in self.held_at(node).links
            if getattr(node.func, "attr", "") == "add_muscle" or alias:
                out.append(node)
        return out

    @cached_property
    def joint_calls(self) -> list[ast.Call]:
        """The one-line calls of add_joint."""
        out = []
        for node in self.nodes:
            if (
                not isinstance(node, ast.Call)
                or node.lineno != node.end_lineno
                or len(node.args) != 2
            ):
                continue
            alias = isinstance(node.func, ast.Name) and node.func.id in self.held_at(node).adders
            if getattr(node.func, "attr", "") == "add_joint" or alias:
                out.append(node)
        return out

    @cached_property
    def has_keywords(self) -> bool:
        """Whether the program names the arguments of its muscles."""
        return "amplitude=" in self.source

    @cached_property
    def anchors(self) -> list[Anchor]:
        """Places before executed statements, and after the last simple one of a block."""
        out = []
        for statement, block in self.statements:
            at = statement.lineno - 1
            held = self.held.get(at)
            line = self.lines[at]
            if held is None or isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                continue
            if line[: statement.col_offset].strip():
                continue
            function = self.inside(statement, ast.FunctionDef)
            if function is None:
                continue
            first_elif = isinstance(statement, ast.If) and line.lstrip().startswith("elif")
            indent = " " * statement.col_offset
            if not first_elif:
                out.append(Anchor(at, indent, held, function.name))
            simple = isinstance(statement, (ast.Expr, ast.Assign, ast.AugAssign))
            if statement is block[-1] and simple:
                out.append(Anchor(statement.end_lineno, indent, held, function.name))
        return out

    def building_anchors(self) -> list[Anchor]:
        """Anchors where a creator and two joints or more are in scope."""
        return [
            a
            for a in self.anchors
            if (a.held.creators or a.held.links)
            and len(a.held.joints) + sum(a.held.rows.values()) + 2 * len(a.held.maps) > 1
        ]


def creator(held: Held) -> str:
    """Return the name of the creator in scope."""
    return sorted(held.creators)[0]


def link(held: Held) -> str:
    """Return how to call add_muscle here."""
    return sorted(held.links)[0] if held.links else f"{creator(held)}.add_muscle"


def joint(rng: Random, held: Held) -> str:
    """Return an expression that is a joint here."""
    kinds = (
        ["joint"] * min(len(held.joints), 3)
        + ["row"] * min(2 * len(held.rows), 4)
        + ["map"] * (2 * bool(held.maps))
    )
    kind = rng.choice(kinds)
    if kind == "joint":
        return rng.choice(sorted(held.joints))
    if kind == "map":
        return _from_map(rng, held)
    row = rng.choice(sorted(held.rows))
    n = held.rows[row]
    loops = [v for v, (lo, hi) in held.ints.items() if lo < hi and lo >= -1 and hi <= n]
    if loops and rng.random() < 0.6:
        v = rng.choice(sorted(loops))
        lo, hi = held.ints[v]
        size = rng.choice([f"len({row})", str(n)])
        options = [f"{row}[({v} + {rng.choice('123')}) % {size}]", f"{row}[{v} % {size}]"]
        if lo >= 0 and hi < n:
            options += [f"{row}[{v}]"] * 4 + [f"{row}[{v} - 1]"] * 2
        if lo >= -1 and hi + 1 < n:
            options += [f"{row}[{v} + 1]"] * 4
        return rng.choice(options)
    return f"{row}[{rng.choice([*range(min(n, 12)), -1])}]"


def _from_map(rng: Random, held: Held) -> str:
    name = rng.choice(sorted(held.maps))
    keys = held.maps[name]
    if not keys:
        return f"{name}[0]"
    key = rng.choice(keys)
    if isinstance(key, tuple):
        loops = [v for v, (lo, hi) in held.ints.items() if lo < hi]
        if len(loops) > 1 and rng.random() < 0.5:
            key = tuple(rng.sample(sorted(loops), len(key))) if len(loops) >= len(key) else key
        inner = ", ".join(map(str, key))
        return f"{name}[{inner}]" if rng.random() < 0.5 else f"{name}[({inner})]"
    return f'{name}["{key}"]' if isinstance(key, str) else f"{name}[{key}]"


def formula(rng: Random, held: Held, low: float, high: float, digits: int = 1) -> str:
    """Return a number for an amplitude or phase: constant, or made of the names in scope."""
    loops = sorted(v for v, (lo, hi) in held.ints.items() if lo < hi)
    reals = sorted(f for f in held.floats if "." not in f)
    constant = draw.decimal(rng, low, high, digits)
    if loops and rng.random() < 0.5:
        v = rng.choice(loops)
        top = held.ints[v][1] + 1
        same = [
            n
            for n, (lo, hi) in held.ints.items()
            if lo == hi and abs(hi - top) <= 1 and "." not in n
        ]
        n = rng.choice(same) if same and rng.random() < 0.7 else str(max(top, 2))
        other = draw.decimal(rng, low, high, digits)
        return rng.choice(
            [
                f"{v} / {n}",
                f"{v} / {n}",
                f"{constant} * {v}",
                f"{v} % 2",
                f"{constant} + {v}",
                f"{constant} * {v} / {n}",
                f"1 - {v} / {n}",
                f"{constant} if {v} % 2 == 0 else {other}",
                f"{constant} * ({v} + 1)",
            ]
        )
    if reals and rng.random() < 0.3:
        x = rng.choice(reals)
        return rng.choice(
            [f"{x} / 10", f"{draw.decimal(rng, 0.05, 1, 2)} * {x}", f"{x} + {constant}", x]
        )
    return constant


def active_arguments(rng: Random, program: Program, held: Held) -> str:
    """Return the arguments that make a muscle active, in the program's way of writing them."""
    amp = formula(rng, held, 0.5, 8) if rng.random() < 0.5 else draw.amplitude(rng)
    wave = formula(rng, held, 0, 1, 2) if rng.random() < 0.6 else draw.phase(rng)
    if program.has_keywords and rng.random() < 0.8:
        return f"is_distance=False, amplitude={amp}, phase={wave}"
    return f"False, {amp}, {wave}"


def muscle(rng: Random, program: Program, held: Held, a: str, b: str, passive: float = 0.3) -> str:
    """Return a statement that joins ``a`` and ``b``."""
    tail = "" if rng.random() < passive else ", " + active_arguments(rng, program, held)
    return f"{link(held)}({a}, {b}{tail})"
