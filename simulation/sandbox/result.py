"""Read what a child wrote: bytes from an untrusted process become a walker or a refusal."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from .verdict import Limits

_INTEGER_DIGITS = 18  # fits 64 bits
# Distances between joints are squared; beyond this they overflow, so no body can be built.
_LARGEST_COORDINATE = 1e150
_KINDS = ("distance", "muscle")
_MESSAGE, _STDOUT, _NAME = 500, 4096, 80  # characters
# Control characters but for tab and newline, what turns the direction of writing or breaks lines,
# what is there and not seen, and halves of surrogate pairs: none can be shown, and databases and
# encoders refuse some.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


class BadResult(ValueError):
    """The answer is not what a program may answer; the text says what was wrong."""

    stdout = ""  # what the program printed, where that much could be read


@dataclass(frozen=True)
class Answer:
    """A child's answer: a walker, or the error that it reports."""

    walker: dict[str, Any] | None
    stdout: str
    error: str = ""
    message: str = ""
    line: int | None = None


def read_answer(data: bytes, limits: Limits) -> Answer:
    """Read exactly one strict JSON object.

    Raises:
        BadResult: anything else, or a walker that has the wrong shape.
    """
    if not data:
        raise BadResult("the program ended without giving a result")
    answer = _strict_json(data)
    if type(answer) is not dict or not ("error" in answer or "result" in answer):
        raise BadResult("the program wrote on the result channel itself")
    stdout = _text(answer.get("stdout"), _STDOUT)
    if "error" not in answer:
        try:
            return Answer(check_walker(answer["result"], limits), stdout)
        except BadResult as bad:
            bad.stdout = stdout
            raise
    line = answer.get("line")
    return Answer(
        walker=None,
        stdout=stdout,
        error=_text(answer["error"], _NAME).replace("\n", " ") or "Exception",
        message=_text(answer.get("message"), _MESSAGE),
        line=line if type(line) is int and 0 < line <= limits.source_bytes else None,
    )


def check_walker(value: Any, limits: Limits) -> dict[str, Any]:
    """The walker rebuilt from known keys.

    Raises:
        BadResult: names the first joint or muscle that is not right.
    """
    if type(value) is not dict or "joints" not in value or "muscles" not in value:
        raise BadResult(f"expected a walker with joints and muscles, got {_described(value)}")
    joints, muscles = value["joints"], value["muscles"]
    if type(joints) is not list or type(muscles) is not list:
        raise BadResult("joints and muscles must be lists")
    if not joints:
        raise BadResult("the walker has no joints")
    for count, most, what in (
        (len(joints), limits.max_joints, "joints"),
        (len(muscles), limits.max_muscles, "muscles"),
    ):
        if count > most:
            raise BadResult(f"the walker has {count} {what}, more than {most}")
    return {
        "joints": [_joint(joint, n) for n, joint in enumerate(joints)],
        "muscles": [_muscle(muscle, n, len(joints)) for n, muscle in enumerate(muscles)],
    }


def _joint(joint: Any, n: int) -> list[float]:
    if type(joint) is not list or len(joint) != 2:
        raise BadResult(f"joint {n}: expected [x, y], got {_described(joint)}")
    x, y = _number(joint[0], f"joint {n}"), _number(joint[1], f"joint {n}")
    if max(abs(x), abs(y)) > _LARGEST_COORDINATE:
        raise BadResult(f"joint {n}: {max(x, y, key=abs):.3g} is too far away to measure")
    return [x, y]


def _muscle(muscle: Any, n: int, joints: int) -> list[Any]:
    if type(muscle) is not list or len(muscle) != 3 or type(muscle[2]) is not dict:
        raise BadResult(f"muscle {n}: expected [joint, joint, {{…}}], got {_described(muscle)}")
    first, second, given = muscle
    for index in (first, second):
        if type(index) is not int or not 0 <= index < joints:
            raise BadResult(f"muscle {n}: {_described(index)} is not one of the {joints} joints")
    kind = given.get("type")
    if kind not in _KINDS:
        raise BadResult(f"muscle {n}: the type must be 'distance' or 'muscle'")
    amplitude = _number(given.get("amplitude", 0.0), f"amplitude of muscle {n}")
    phase = _number(given.get("phase", 0.0), f"phase of muscle {n}")
    return [first, second, {"type": kind, "amplitude": amplitude, "phase": phase}]


def _number(value: Any, where: str) -> float:
    if type(value) not in (int, float):  # a bool is not a number here
        raise BadResult(f"{where}: expected a number, got {_described(value)}")
    return float(value)


def _described(value: Any) -> str:
    if value is None:
        return "None"
    if type(value) in (int, float):
        return f"{value:.6g}"
    if type(value) is str:
        return f"the text {_text(value, 20)!r}"
    if type(value) is list:
        return f"a list of {len(value)}"
    return f"a {type(value).__name__}"


def _text(value: Any, most: int) -> str:
    """Plain text of at most ``most`` characters; anything else is empty."""
    return _UNPRINTABLE.sub("\ufffd", value[:most]) if type(value) is str else ""


def _strict_json(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode("utf-8"),
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_small_integer,
        )
    except RecursionError:
        raise BadResult("the result is nested too deeply") from None
    except BadResult:
        raise
    except ValueError:
        raise BadResult("the answer is not one JSON document") from None


def _no_constant(text: str) -> NoReturn:
    raise BadResult(f"{text} is not a finite number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadResult(f"{text[:20]} is not a finite number")
    return number


def _small_integer(text: str) -> int:
    digits = len(text.lstrip("-"))
    if digits > _INTEGER_DIGITS:
        raise BadResult(f"an integer of {digits} digits is too large")
    return int(text)
