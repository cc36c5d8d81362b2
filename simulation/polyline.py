"""Ground as a person draws or uploads it: points from left to right, checked, as one line of text.

The text (a *spec*) holds the points themselves, so a run that has it needs no other source and
means the same ground for ever: ``line:NAME:x,y x,y …``, in units u to two decimals.
"""

import itertools
import json
import math
from collections.abc import Sequence

REACH = 240.0  # [u] a course goes this far either side of its middle
LOWEST, HIGHEST = -60.0, 60.0  # [u] a replay's int16 reaches 327 u, and walkers rise at most 30
MOST_POINTS = 500  # the uneven terrains that have a kind hold 481
DECIMALS = 2  # 0.01 u is a fortieth of a joint's radius
MAX_BYTES = 64 * 1024
MAX_NAME = 80  # characters
KIND = "line"

Points = tuple[tuple[float, float], ...]


def spec_of(name: str, points: Sequence[Sequence[float]]) -> str:
    """Return the spec of a terrain with this name and ground.

    Raises:
        ValueError: see ``checked_name`` and ``checked``.
    """
    ground = " ".join(f"{_text(x)},{_text(y)}" for x, y in checked(points))
    return f"{KIND}:{checked_name(name)}:{ground}"


def read_spec(spec: str) -> tuple[str, Points]:
    """Return name and points of what ``spec_of`` wrote.

    Raises:
        ValueError: it is no such text.
    """
    name, colon, ground = spec.removeprefix(f"{KIND}:").rpartition(":")
    try:
        points = [tuple(float(value) for value in point.split(",")) for point in ground.split()]
    except ValueError:
        colon = ""
    if not spec.startswith(f"{KIND}:") or not colon or any(len(point) != 2 for point in points):
        raise ValueError(f"a drawn terrain is 'line:NAME:x,y x,y …', got {spec[:60]!r}")
    return checked_name(name), checked(points)


def checked_name(name: str) -> str:
    """Return a terrain's name without spaces around it.

    Raises:
        ValueError: it is empty, too long or not on one line.
    """
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise ValueError(f"a terrain needs a name of 1 to {MAX_NAME} characters on one line")
    return name


def checked(points: Sequence[Sequence[float]]) -> Points:
    """Return the ground through ``points``, each rounded to 0.01 u, left to right.

    Points that go from right to left are turned round. Where they end before the course does,
    the ground goes on flat.

    Args:
        points: (N, 2) [u], x from -240 to 240 and growing, y from -60 to 60.

    Raises:
        ValueError: which point is wrong, and what was expected.
    """
    if not 2 <= len(points) <= MOST_POINTS:
        raise ValueError(f"a terrain needs 2 to {MOST_POINTS} points, got {len(points)}")
    # + 0.0 turns -0.0 into 0.0
    ground = [(round(x, DECIMALS) + 0.0, round(y, DECIMALS) + 0.0) for x, y in points]
    for number, (x, y) in enumerate(ground, 1):
        _check_inside(number, "x", x, -REACH, REACH)
        _check_inside(number, "y", y, LOWEST, HIGHEST)
    if all(a[0] > b[0] for a, b in itertools.pairwise(ground)):
        ground.reverse()
    for number, ((before, _), (x, _)) in enumerate(itertools.pairwise(ground), 2):
        if x == before:
            raise ValueError(
                f"point {number}: x = {_text(x)} is there twice: a step needs two points "
                f"at least {10**-DECIMALS:g} apart"
            )
        if x < before:
            raise ValueError(
                f"point {number}: x = {_text(x)} comes after x = {_text(before)}: points go from "
                "left to right, and ground has no overhangs"
            )
    return tuple(ground)


def read_points(text: str) -> tuple[str, Points]:
    """Return (name or "", points) of an upload: JSON or CSV.

    JSON is ``[[x, y], …]`` or ``{"name": …, "points": [[x, y], …]}``. CSV has x and y in each
    line, parted by comma, semicolon, tab or space; a heading, empty lines and lines that begin
    with # are passed over.

    Raises:
        ValueError: what was expected, what came, and where.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ValueError(f"a terrain may have {MAX_BYTES:,} bytes, this text has more")
    text = text.strip().removeprefix("\ufeff")
    if not text:
        raise ValueError("there are no points: give x and y of each, one point a line")
    name, points = _from_json(text) if text[0] in "[{" else ("", _from_csv(text))
    return (checked_name(name) if name else ""), checked(points)


def _from_json(text: str) -> tuple[str, list[tuple[float, float]]]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"this is no JSON: line {error.lineno}: {error.msg}") from None
    except RecursionError:
        raise ValueError("this JSON is nested too deeply: expected [[x, y], …]") from None
    name = ""
    if isinstance(data, dict):
        name, data = data.get("name", ""), data.get("points")
    if not isinstance(data, list) or not isinstance(name, str):
        raise ValueError('expected JSON like [[x, y], …] or {"name": "…", "points": [[x, y], …]}')
    points = []
    for number, point in enumerate(data, 1):
        if not isinstance(point, list) or len(point) != 2 or not all(map(_is_number, point)):
            raise ValueError(
                f"point {number}: expected [x, y], two numbers, got {json.dumps(point)[:60]}"
            )
        points.append((_finite(number, point[0]), _finite(number, point[1])))
    return name, points


def _from_csv(text: str) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    is_first = True
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        values = _numbers(line)
        if values is None or len(values) != 2:
            if is_first and values is None:  # a heading
                is_first = False
                continue
            raise ValueError(
                f"line {number}: expected two numbers, x and y, such as 20, 3.5, "
                f"got {line.strip()[:60]!r}"
            )
        is_first = False
        points.append((_finite(len(points) + 1, values[0]), _finite(len(points) + 1, values[1])))
    return points


def _numbers(line: str) -> list[float] | None:
    """Return the numbers of a line, or None where there is something else."""
    is_decimal = ";" in line  # the comma
    parts = line.replace(",", ".").split(";") if is_decimal else line.replace(",", " ").split()
    try:
        return [float(part) for part in parts]
    except ValueError:
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite(number: int, value: float) -> float:
    try:
        value = float(value)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ValueError(f"point {number}: x and y must be finite numbers, got {value}")
    return value


def _check_inside(number: int, name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"point {number}: {name} = {_text(value)} is outside {low:g} to {high:g}")


def _text(value: float) -> str:
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
