"""A program's text under edit: its lines, its syntax tree, and changes that keep the rest as it is."""

import ast
from functools import cached_property
from random import Random

from workers.training.corpus import draw


class Text:
    """Source with its syntax tree; positions are only right for ASCII text."""

    def __init__(self, source: str, tree: ast.Module):
        self.source = source
        self.lines: list[str] = source.split("\n")
        self.tree = tree

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def statements(self) -> list[tuple[ast.stmt, list[ast.stmt]]]:
        """Every statement with the list that it stands in."""
        out = []
        for node in self.nodes:
            for name in ("body", "orelse"):
                block = getattr(node, name, None)
                if isinstance(block, list):
                    out += [(s, block) for s in block]
        return out

    @cached_property
    def names(self) -> set[str]:
        out = {n.id for n in self.nodes if isinstance(n, ast.Name)}
        return out | {n.arg for n in self.nodes if isinstance(n, ast.arg)}

    def inside(self, node: ast.AST, kinds) -> ast.AST | None:
        """Return the nearest enclosing node of one of ``kinds``."""
        while (node := self.parents.get(node)) is not None:
            if isinstance(node, kinds):
                return node
        return None

    def statement_of(self, node: ast.AST) -> ast.stmt:
        return node if isinstance(node, ast.stmt) else self.inside(node, ast.stmt)

    def text(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.source, node)

    def replaced(self, changes: list[tuple[ast.AST, str]]) -> str:
        """Return the source with the text of single-line nodes replaced."""
        lines = list(self.lines)
        for node, new in sorted(
            changes, key=lambda c: (c[0].lineno, c[0].col_offset), reverse=True
        ):
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = line[: node.col_offset] + new + line[node.end_col_offset :]
        return "\n".join(lines)

    def with_lines(self, at: int, new: list[str]) -> str:
        """Return the source with ``new`` inserted before line ``at``."""
        return "\n".join([*self.lines[:at], *new, *self.lines[at:]])

    def without(self, statement: ast.stmt) -> str:
        """Return the source without the lines of ``statement``."""
        return "\n".join([*self.lines[: statement.lineno - 1], *self.lines[statement.end_lineno :]])

    def fresh(self, rng: Random, *wanted: str) -> str:
        """Return a name that the program does not use."""
        for name in wanted:
            if name not in self.names:
                self.names.add(name)
                return name
        return draw.name(rng, self.names)
