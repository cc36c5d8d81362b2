"""Functions of the standard library of the running interpreter, as texts of their own."""

import ast
import sysconfig
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

MIN_LINES, MAX_LINES = 5, 40
MAX_CHARACTERS = 1200
MAX_WIDTH = 100
# tests, other people's packages, programs with windows, and tables written by programs
SKIPPED = {
    "test", "tests", "idle_test", "site-packages", "dist-packages", "idlelib", "lib2to3",
    "turtledemo", "encodings", "pydoc_data", "ensurepip", "__phello__", "msilib", "config",
}  # fmt: skip


@cache
def stdlib_functions() -> tuple[str, ...]:
    """Return every function and method of a size that fits, dedented, in a fixed order.

    The texts are those of the running interpreter, so another version of Python gives others.
    """
    root = Path(sysconfig.get_path("stdlib"))
    found: dict[str, None] = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        if not any(part in SKIPPED or part.startswith("config-") for part in parts):
            found.update(dict.fromkeys(_functions(path)))
    return tuple(found)


def _functions(path: Path) -> Iterator[str]:
    try:
        source = path.read_text(encoding="ascii")
        tree = ast.parse(source)
    except (UnicodeDecodeError, SyntaxError):
        return
    lines = source.split("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            text = _text(lines, node)
            if text is not None and is_fit(text):
                yield text


def _text(lines: list[str], node: ast.FunctionDef) -> str | None:
    """Return a function without its decorators; a docstring stays when it is one line."""
    body = node.body
    own = lines[node.lineno - 1 : node.end_lineno]
    has_docstring = (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    )
    if has_docstring and body[0].lineno != body[0].end_lineno:
        if len(body) == 1:
            return None
        first, last = body[0].lineno - node.lineno, body[0].end_lineno - node.lineno
        while not own[last + 1].strip():
            last += 1
        own = own[:first] + own[last + 1 :]
    if any("\t" in line for line in own):
        return None
    return textwrap.dedent("\n".join(line.rstrip() for line in own))


def is_fit(source: str) -> bool:
    """Whether a function is of the right size and compiles by itself."""
    lines = source.split("\n")
    if not MIN_LINES <= len(lines) <= MAX_LINES or len(source) > MAX_CHARACTERS:
        return False
    if not source.startswith("def ") or max(map(len, lines)) > MAX_WIDTH:
        return False
    return compiles(source)


def compiles(source: str) -> bool:
    """Whether ``source`` is a Python program."""
    try:
        compile(source, "<corpus>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
