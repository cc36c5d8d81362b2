"""Random genetic programming: the paper's control arm, which knows Python's grammar and no more.

Each child gets one to three blind mutations of the parent's syntax tree (section 3 of Lehman et
al. 2022 uses node mutation of Tiny GP): another constant, operator or name, or a statement that
is deleted, doubled or swapped with its neighbour. The text of all other lines stays as it is.
"""

import ast
import time
from collections.abc import Sequence
from random import Random

from simulation.outcome import Outcome
from workers.mutation import gate
from workers.mutation.backends import Completion
from workers.mutation.lines import edits_between, render_edits
from workers.mutation.operator import MutationRequest, Proposal, judge
from workers.mutation.prompt import split_source

_SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.FloorDiv: "//",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_FAMILIES = (("+", "-", "*", "/", "%", "//"), ("<", "<=", ">", ">=", "==", "!="))
LARGEST = 50_000  # characters; a blind edit of a longer program helps nobody


class RandomGP:
    """Mutates syntax trees at random; ignores the commit message."""

    name = "random_gp"
    version = "random_gp-1"

    def propose(
        self, requests: Sequence[MutationRequest], *, rng_seed: int
    ) -> list[list[Proposal]]:
        rng = Random(rng_seed)
        return [[_child(rng, r.parent) for _ in range(r.children)] for r in requests]


def _child(rng: Random, parent: str) -> Proposal:
    started = time.perf_counter()
    source = parent
    for _ in range(rng.choice((1, 1, 2, 3))):
        tree = gate.parse(source) if len(source) <= LARGEST else "the program is too long"
        if isinstance(tree, str):
            if source is parent:
                reason = f"random mutation needs a program that parses; {tree}"
                return Proposal(Outcome.NO_DIFF, reason, None, "", "", "", 0, 0.0)
            break
        source = _mutate(rng, source, tree) or source
    edits = edits_between(split_source(parent), split_source(source))
    seconds = time.perf_counter() - started
    return judge(parent, Completion(render_edits(edits), len(edits), seconds), "lines")


def _mutate(rng: Random, source: str, tree: ast.Module) -> str | None:
    """Return the source after one random mutation, None when the chosen kind finds no place."""
    lines = source.split("\n")
    nodes = [
        n for n in ast.walk(tree) if getattr(n, "end_lineno", None) and n.end_lineno <= len(lines)
    ]
    kind = rng.choice(("constant", "constant", "operator", "name", "delete", "double", "swap"))
    if kind in ("delete", "double", "swap"):
        return _statements(rng, lines, tree, kind)
    places = [
        (n, new) for n in nodes if n.lineno == n.end_lineno for new in _others(rng, n, kind, nodes)
    ]
    if not places:
        return None
    node, new = rng.choice(places)
    if isinstance(node, (ast.BinOp, ast.Compare)):
        left = node.left
        right = node.right if isinstance(node, ast.BinOp) else node.comparators[0]
        start, stop = left.end_col_offset, right.col_offset
    else:
        start, stop = node.col_offset, node.end_col_offset
    line = lines[node.lineno - 1].encode()
    old = line[start:stop].decode()
    if isinstance(node, (ast.BinOp, ast.Compare)):
        operator = node.op if isinstance(node, ast.BinOp) else node.ops[0]
        new = old.replace(_SIGNS[type(operator)], new, 1)
    lines[node.lineno - 1] = (line[:start] + new.encode() + line[stop:]).decode()
    return "\n".join(lines)


def _others(rng: Random, node: ast.AST, kind: str, nodes: list) -> list[str]:
    """Return what may stand in a node's place."""
    if kind == "constant" and isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            return [str(not value)]
        if isinstance(value, int) and abs(value) < 10**9:
            return [str(value + rng.choice((-3, -2, -1, 1, 2, 3)))]
        if isinstance(value, float) and abs(value) < 1e9:
            return [repr(round(value * rng.uniform(0.3, 2.5) + rng.gauss(0, 0.3), 2))]
    elif kind == "operator" and isinstance(node, (ast.BinOp, ast.Compare)):
        operator = node.op if isinstance(node, ast.BinOp) else node.ops[0]
        sign = _SIGNS.get(type(operator))
        return [s for family in _FAMILIES if sign in family for s in family if s != sign]
    elif kind == "name" and isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return sorted({n.id for n in nodes if isinstance(n, ast.Name)} - {node.id})[:12]
    return []


def _statements(rng: Random, lines: list[str], tree: ast.Module, kind: str) -> str | None:
    """Delete, double or swap whole statements."""
    blocks = [
        b
        for n in ast.walk(tree)
        for b in (getattr(n, "body", None), getattr(n, "orelse", None))
        if isinstance(b, list)
        and len(b) > 1
        and isinstance(n, (ast.FunctionDef, ast.For, ast.If, ast.While))
    ]
    if not blocks:
        return None
    block = rng.choice(blocks)
    k = rng.randrange(len(block) - (kind == "swap"))
    a, b = block[k].lineno - 1, block[k].end_lineno
    if b > len(lines):
        return None
    if kind == "delete":
        return "\n".join(lines[:a] + lines[b:])
    if kind == "double":
        return "\n".join(lines[:b] + lines[a:b] + lines[b:])
    c, d = block[k + 1].lineno - 1, block[k + 1].end_lineno
    if d > len(lines):
        return None
    return "\n".join(lines[:a] + lines[c:d] + lines[b:c] + lines[a:b] + lines[d:])
