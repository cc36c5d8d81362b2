"""Small SVG drawings that pages show without a script: bodies, terrains, curves, descent."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from simulation.terrain import Terrain

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


TERRAIN_WIDTH, TERRAIN_HEIGHT = 280.0, 92.0  # [px]
TERRAIN_SPAN = 200.0  # [u] of a course in a picture; the fastest walkers reach its ends
TERRAIN_MARGIN = 12.0  # [u] of ground below the lowest point, and of sky above the highest


def terrain_svg(terrain: Terrain) -> SafeString:
    """Return a picture of the middle of a terrain, with a square of 10 u where walkers start.

    Both axes have one scale, so slopes look as steep as they are; deep or high ground is shown
    smaller, with more of the course.
    """
    inside = np.abs(terrain.lines[0][:, 0]) <= TERRAIN_SPAN / 2
    heights = [*terrain.lines[0][inside, 1], *terrain.height(np.array([-100.0, 0.0, 100.0]))]
    low, high = min(heights) - TERRAIN_MARGIN, max(heights) + 2 * TERRAIN_MARGIN
    scale = min(TERRAIN_WIDTH / TERRAIN_SPAN, TERRAIN_HEIGHT / (high - low))
    half = TERRAIN_WIDTH / 2 / scale
    bottom = min(low, (low + high - TERRAIN_HEIGHT / scale) / 2)

    def at(x: float, y: float) -> str:
        return f"{TERRAIN_WIDTH / 2 + scale * x:.1f},{TERRAIN_HEIGHT - scale * (y - bottom):.1f}"

    def shape(line: np.ndarray, edge: float) -> tuple[str, str]:
        """Return the points of a line and of the area between it and ``edge``."""
        beyond = [max(-half - 2, line[0, 0]), min(half + 2, line[-1, 0])]  # the picture's sides
        seen = line[(line[:, 0] > beyond[0]) & (line[:, 0] < beyond[1])]
        ends = [(x, float(np.interp(x, line[:, 0], line[:, 1]))) for x in beyond]
        points = " ".join(at(x, y) for x, y in [ends[0], *seen.tolist(), ends[1]])
        return points, f"{at(beyond[0], edge)} {points} {at(beyond[1], edge)}"

    above = bottom + TERRAIN_HEIGHT / scale
    shapes = [shape(terrain.lines[0], bottom)]
    shapes += [shape(line, above + 1) for line in terrain.lines[1:]]
    drawn = format_html_join(
        "", '<polygon points="{1}"/><polyline points="{0}"/>', ((p, area) for p, area in shapes)
    )
    x, y = at(-5, float(terrain.height(np.linspace(-5, 5, 21)).max()) + 10).split(",")
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="terrain-picture" viewBox="0 0 {} {}" '
        'aria-hidden="true">{}<rect x="{}" y="{}" width="{}" height="{}"/></svg>',
        TERRAIN_WIDTH, TERRAIN_HEIGHT, drawn, x, y, f"{10 * scale:.1f}", f"{10 * scale:.1f}",
    )  # fmt: skip


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
