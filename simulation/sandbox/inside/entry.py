"""Which function of a program makes the walker."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

ENTRY = "make_walker"


class NoEntryPoint(Exception):
    """No function of the program can be called without arguments."""


def find_entry(names: dict[str, Any], file: str) -> Callable[[], Any]:
    """``make_walker``, else the last top-level function that needs no argument.

    Raises:
        NoEntryPoint: there is none; the message names the functions that were found.
    """
    entry: Callable[[], Any] | None = names.get(ENTRY)
    if callable(entry):
        return entry
    found = [
        value
        for value in names.values()
        if type(value) is FunctionType and value.__code__.co_filename == file
    ]
    found.sort(key=lambda function: function.__code__.co_firstlineno)
    for function in reversed(found):
        if not _required(function):
            return function
    listed = ", ".join(f"{f.__name__}({', '.join(_required(f))})" for f in found)
    raise NoEntryPoint(
        f"no entry point: define {ENTRY}(), a function without arguments that returns a walker; "
        f"found {listed or 'no function'}"
    )


def _required(function: FunctionType) -> list[str]:
    """Names of the arguments that a call must give."""
    code = function.__code__
    count, keyword_only = code.co_argcount, code.co_kwonlyargcount
    positional = code.co_varnames[: count - len(function.__defaults__ or ())]
    keywords = code.co_varnames[count : count + keyword_only]
    return [
        *positional,
        *(name for name in keywords if name not in (function.__kwdefaults__ or {})),
    ]
