"""What a child writes on its channel: one JSON object, either a result or an error."""

import io
import json
from typing import Any

STDOUT_CHARACTERS = 4096
MESSAGE_CHARACTERS = 500
_NAME_CHARACTERS = 80
_UNREADABLE = "(the message could not be read)"
# Ready-made, for when the address space is used up or an exception defies every attempt.
_LAST_RESORT = b'{"error": "Exception", "message": "(the exception could not be reported)"}'
# The real attributes: an exception's class may define others of these names.
_type_name = type.__dict__["__name__"].__get__
_traceback = BaseException.__dict__["__traceback__"]


class Output(io.TextIOBase):
    """stdout and stderr of a program; keeps the first characters and drops the rest."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = STDOUT_CHARACTERS

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._room > 0:
            kept = text[: self._room]
            self._parts.append(kept)
            self._room -= len(kept)
        return len(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)


def plain_walker(value: Any) -> Any:
    """The walker behind a builder object, or the value itself."""
    get_walker = getattr(value, "get_walker", None)
    return get_walker() if callable(get_walker) else value


def result(value: Any, output: Output) -> bytes:
    """Raises TypeError, ValueError or RecursionError when ``value`` is not plain data."""
    return _encode({"result": value, "stdout": output.text})


def failure(error: BaseException, file: str, output: Output) -> bytes:
    """The answer for an exception; never raises, whatever the exception is like."""
    try:
        # numpy has a MemoryError of its own, with a name that says less
        kind = MemoryError if issubclass(type(error), MemoryError) else type(error)
        name = _type_name(kind)[:_NAME_CHARACTERS]
        message, line = _message(error), _line(error, file)
        _traceback.__set__(error, None)  # lets go of what filled the memory
        return _encode({"error": name, "message": message, "line": line, "stdout": output.text})
    except BaseException:
        return _LAST_RESORT


def _message(error: Any) -> str:
    try:
        text = error.msg if _is_syntax_error(error) else str(error)
        return str.__getitem__(text, slice(MESSAGE_CHARACTERS))
    except BaseException:
        return _UNREADABLE


def _line(error: Any, file: str) -> int | None:
    """The line of the program where it went wrong."""
    line = None
    if _is_syntax_error(error) and error.filename == file:
        line = error.lineno
    step = _traceback.__get__(error)
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _is_syntax_error(error: BaseException) -> bool:
    return type(error) in (SyntaxError, IndentationError, TabError)


def _plain(value: Any) -> Any:
    """For numpy's numbers and arrays, dataclasses and sets."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"the result is not plain data: it holds a {type(value).__name__}")


_encoder = json.JSONEncoder(default=_plain, skipkeys=True)


def _encode(value: dict[str, Any]) -> bytes:
    return _encoder.encode(value).encode()
