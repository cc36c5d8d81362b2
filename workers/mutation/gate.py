"""The checks that need no run: an edited program must parse and define every name it reads."""

import ast
import functools
import warnings

from simulation.outcome import Outcome
from workers.mutation.scope import undefined_names

MAX_SOURCE = (
    200_000  # characters; parsing more would hold up the worker, and the sandbox refuses it
)


@functools.lru_cache(maxsize=128)  # the edit mask asks first, then the operator
def check(parent: str, child: str) -> tuple[Outcome | None, str]:
    """Return (None, "") for a child worth running, else how it ended and why.

    A child that differs in comments and layout only is no child: it would build the same body.
    """
    if child == parent:
        return Outcome.DOES_NOT_APPLY, "the edit changes nothing"
    if len(child) > MAX_SOURCE:
        return (
            Outcome.SYNTAX_ERROR,
            f"the program has {len(child)} characters, more than {MAX_SOURCE}",
        )
    tree = parse(child)
    if isinstance(tree, str):
        return Outcome.SYNTAX_ERROR, tree
    try:
        missing = undefined_names(tree)
    except RecursionError:
        return Outcome.SYNTAX_ERROR, "the program is nested too deeply"
    if missing:
        names = ", ".join(repr(n) for n in sorted(missing)[:3])
        return Outcome.UNDEFINED_NAME, f"nothing defines {names}"
    if is_same(statements(parent), tree):
        return Outcome.DOES_NOT_APPLY, "the edit changes comments or layout only"
    return None, ""


def parse(source: str) -> ast.Module | str:
    """Return the syntax tree, or a sentence that says why there is none."""
    try:
        tree = ast.parse(source)
        with warnings.catch_warnings():  # of a strange program; the worker's log is not for them
            warnings.simplefilter("ignore", SyntaxWarning)
            compile(
                tree, "program", "exec", dont_inherit=True
            )  # finds ``return`` outside functions
        return tree
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"the program cannot be parsed: {error or type(error).__name__}"


@functools.lru_cache(maxsize=64)
def statements(source: str) -> tuple[str, ...] | None:
    """Return what a program's statements say, layout apart; None where it does not parse."""
    tree = parse(source)
    try:
        return None if isinstance(tree, str) else tuple(map(ast.dump, _speaking(tree)))
    except RecursionError:
        return None


def is_same(before: tuple[str, ...] | None, tree: ast.Module) -> bool:
    """Whether a program differs in comments, docstrings and layout only."""
    now = _speaking(tree)
    try:
        return (
            before is not None
            and len(before) == len(now)
            and all(ast.dump(s) == was for s, was in zip(now, before, strict=True))
        )
    except RecursionError:
        return False


def _speaking(tree: ast.Module) -> list[ast.stmt]:
    return [
        s for s in tree.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
    ]
