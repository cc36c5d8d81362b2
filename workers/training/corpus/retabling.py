"""Edit operators for bodies that are written as data: strings, tables, dictionaries."""

import ast
import re
from random import Random

from workers.training.corpus import draw
from workers.training.corpus.numeric import other_number
from workers.training.corpus.program import Program


def respell(rng: Random, program: Program) -> str | None:
    """Change a string that draws the body: a map, a path, a list of links."""
    sites = [
        n
        for n in program.nodes
        if isinstance(n, ast.Constant)
        and isinstance(n.value, str)
        and len(n.value) > 3
        and not isinstance(program.parents[n], (ast.Expr, ast.JoinedStr))
        and program.text(n)[0] in "\"'"
    ]
    if not sites:
        return None
    n = rng.choice(sites)
    lines = list(program.lines)
    row = rng.randint(n.lineno - 1, n.end_lineno - 1)
    start = (
        n.col_offset + (3 if program.text(n).startswith('"""') else 1) if row == n.lineno - 1 else 0
    )
    end = (
        n.end_col_offset - (3 if program.text(n).endswith('"""') else 1)
        if row == n.end_lineno - 1
        else None
    )
    inner = lines[row][start:end]
    letters = [c for c in n.value if not c.isspace()]
    if len(inner) < 2 or not letters:
        return None
    k = rng.randrange(len(inner))
    letter = rng.choice(letters)
    if inner[k].isdigit():
        letter = rng.choice("0123456789")
    if inner[k].isspace():
        return None
    what = rng.random()
    if what < 0.6:
        new = inner[:k] + letter + inner[k + 1 :]
    elif what < 0.85:
        new = inner[:k] + letter + inner[k:]
    else:
        new = inner[:k] + inner[k + 1 :]
    tail = lines[row][end:] if end is not None else ""
    lines[row] = lines[row][:start] + new + tail
    return "\n".join(lines)


def _rows(program: Program) -> list[tuple[ast.AST, ast.AST, ast.AST]]:
    """Return (first node, last node, container) of rows of tables that have lines of their own."""
    out = []
    for n in program.nodes:
        if isinstance(n, ast.Dict) and len(n.keys) > 1 and None not in n.keys:
            pairs = list(zip(n.keys, n.values, strict=True))
        elif isinstance(n, (ast.List, ast.Tuple, ast.Set)) and len(n.elts) > 1:
            pairs = [(e, e) for e in n.elts]
        else:
            continue
        for first, last in pairs:
            line = program.lines[first.lineno - 1]
            alone = line[: first.col_offset].strip() == "" and first.lineno == last.end_lineno
            if alone and line[last.end_col_offset :].strip() == ",":
                out.append((first, last, n))
    return out


def copy_row(rng: Random, program: Program) -> str | None:
    """Write a row of a table or dictionary once more with other numbers and another key."""
    found = _rows(program)
    if not found:
        return None
    first, _, table = rng.choice(found)
    line = program.lines[first.lineno - 1]
    if isinstance(table, ast.Dict):
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            new_key = f'"{draw.name(rng, {str(getattr(k, "value", "")) for k in table.keys})}"'
            line = line[: first.col_offset] + new_key + line[first.end_col_offset :]
        elif isinstance(first, ast.Constant) and type(first.value) is int:
            line = line[: first.col_offset] + str(len(table.keys)) + line[first.end_col_offset :]
        else:
            return None
    new = _with_other_numbers(rng, line, line.index(":") if isinstance(table, ast.Dict) else 0)
    return program.with_lines(first.lineno, [new]) if new else None


def move_row(rng: Random, program: Program) -> str | None:
    """Give a row of a table or dictionary other numbers."""
    found = _rows(program)
    if not found:
        return None
    first, last, _ = rng.choice(found)
    line = program.lines[first.lineno - 1]
    new = _with_other_numbers(rng, line, line.index(":") if first is not last else 0)
    if new is None:
        return None
    return "\n".join([*program.lines[: first.lineno - 1], new, *program.lines[first.lineno :]])


def _with_other_numbers(rng: Random, line: str, start: int) -> str | None:
    """Return ``line`` with one or more of its numbers behind ``start`` changed."""
    numbers = [
        m
        for m in re.finditer(r"(?<![\w.\"'])\d+(?:\.\d+)?(?![\w.\"'])", line)
        if m.start() >= start
    ]
    if not numbers:
        return None
    chosen = rng.sample(numbers, rng.randint(1, min(3, len(numbers))))
    for m in sorted(chosen, key=lambda m: -m.start()):
        value = float(m.group()) if "." in m.group() else int(m.group())
        new = other_number(rng, value)
        if line[: m.start()].endswith("-") and float(new) == 0:
            new = "2"
        line = line[: m.start()] + new + line[m.end() :]
    return line
