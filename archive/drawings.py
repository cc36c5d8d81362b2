"""Small SVG drawings that pages show without a script: bodies, sparklines, lines of descent."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

BODY_WIDTH, BODY_HEIGHT, MARGIN = 56.0, 44.0, 6.0  # [px]
EMPTY = mark_safe('<svg class="body" viewBox="0 0 56 44" aria-hidden="true"></svg>')
MOST_SPRINGS = 400  # a thumbnail of more is a blot, and the page would grow


def body_svg(walker: dict[str, Any] | None) -> SafeString:
    """Return a walker's body as its program describes it; muscles stand out."""
    joints = (walker or {}).get("joints") or []
    finite = [(x, y) for x, y in joints if isfinite(x) and isfinite(y)]
    if not finite or len(finite) != len(joints):
        return EMPTY
    place = _fitting(finite)
    points = [place(x, y) for x, y in finite]
    lines = format_html_join(
        "",
        '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        (
            ("muscle" if kind.get("type") == "muscle" else "", *points[i], *points[j])
            for i, j, kind in walker["muscles"][:MOST_SPRINGS]  # type: ignore[index]
        ),
    )
    dots = format_html_join("", '<circle cx="{}" cy="{}" r="1.8"/>', points)
    return format_html(
        '<svg class="body" viewBox="0 0 56 44" aria-hidden="true">{}{}</svg>', lines, dots
    )


def _fitting(points: list[tuple[float, float]]) -> Any:
    """Return the map from world to thumbnail that shows all points, y up."""
    (left, right), (bottom, top) = ((min(v), max(v)) for v in zip(*points, strict=True))
    inner = BODY_WIDTH - 2 * MARGIN, BODY_HEIGHT - 2 * MARGIN
    scale = min(inner[0] / max(right - left, 1e-9), inner[1] / max(top - bottom, 1e-9), 4.0)
    x0 = BODY_WIDTH / 2 - scale * (left + right) / 2
    y0 = BODY_HEIGHT / 2 + scale * (bottom + top) / 2
    return lambda x, y: (round(x0 + scale * x, 1), round(y0 - scale * y, 1))


def sparkline(values: Sequence[float], width: float = 140, height: float = 36) -> SafeString:
    """Return a curve without axes; the row beside it has the numbers."""
    points = _curve_points(values, width, height, top=3.0)
    if len(points) < 2:
        return format_html('<svg class="spark" viewBox="0 0 {} {}" aria-hidden="true"></svg>',
                           width, height)  # fmt: skip
    line = " ".join(f"{x},{y}" for x, y in points)
    return format_html(
        '<svg class="spark" viewBox="0 0 {0} {1}" preserveAspectRatio="none" aria-hidden="true">'
        '<polygon points="0,{1} {2} {0},{1}"/><polyline points="{2}"/></svg>',
        width,
        height,
        line,
    )


def _curve_points(
    values: Sequence[float], width: float, height: float, top: float
) -> list[tuple[float, float]]:
    if len(values) < 2:
        return []
    low, high = min(0.0, *values), max(values)
    span = (high - low) or 1.0
    step = width / (len(values) - 1)
    return [
        (round(n * step, 1), round(height - 1 - (value - low) / span * (height - 1 - top), 1))
        for n, value in enumerate(values)
    ]


def descent_chart(
    values: Sequence[float], width: float = 640, height: float = 120
) -> dict[str, Any]:
    """Return where the points of a line of descent lie, from the seed program to the child."""
    low, high = 0.0, max([*values, 1.0])
    left, right, top, bottom = 40.0, width - 14, 12.0, height - 22
    step = (right - left) / max(len(values) - 1, 1)
    points = [
        (
            round(left + n * step if len(values) > 1 else (left + right) / 2, 1),
            round(bottom - (value - low) / (high - low) * (bottom - top), 1),
        )
        for n, value in enumerate(values)
    ]
    return {
        "width": width,
        "height": height,
        "points": points,
        "line": " ".join(f"{x},{y}" for x, y in points),
        "left": left,
        "right": right,
        "top": top,
        "bottom": bottom,
        "high": high,
    }
