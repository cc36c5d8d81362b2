"""Curves as SVG: a picture for each metric, a panel for each seed program, a line for each arm."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from workers.experiment.measured import Measured
from workers.experiment.plan import ARMS, PROGRAMS


@dataclass(frozen=True)
class Plot:
    """One metric as it is drawn; ``top`` None: as high as the highest run, in each panel."""

    name: str
    title: str
    show: Callable[[float], str]
    top: float | None = None
    is_share: bool = False  # of children, counted over the last tenth of the budget


def _percent(value: float) -> str:
    return f"{100 * value:g} %"


def _number(value: float) -> str:
    return f"{value:,.6g}"


PLOTS = (
    Plot("coverage", "Coverage: share of the map's cells that hold an elite", _percent),
    Plot("qd_score", "QD score: sum of the elites' fitness [u]", _number),
    Plot("max_fitness", "Max fitness: distance of the best walker [u]", _number),
    Plot("valid", "Valid: share of edits that apply", _percent, 1.0, True),
    Plot("runnable", "Runnable: share of edits whose program gives a body", _percent, 1.0, True),
    Plot("novel", "Novel: share of edits that give a body new in its run", _percent, 1.0, True),
)
# Ink of each arm in the light and in the dark, and its dashes: colour is not the only sign.
INKS = {
    "bundled": ("#0a6b65", "#62d2c6", ""),
    "tuned": ("#1d5fc2", "#79adff", ""),
    "random_gp": ("#bc4b20", "#f0875a", "6 3"),
    "no_archive": ("#66726d", "#9db0aa", "2 3"),
}
WIDTH, HEADER = 880, 66
PANEL_WIDTH, PANEL_HEIGHT = 440, 220
PAD_LEFT, PAD_RIGHT, PAD_TOP, PAD_BOTTOM = 62, 14, 26, 30
WINDOW = 10  # the share of points over which shares are counted: one in so many


def draw(plot: Plot, found: Sequence[Measured]) -> str:
    """Return the picture of one metric.

    Lines are means over the rng seeds, bands reach from the least to the greatest run.
    """
    programs = [name for name in PROGRAMS if any(run.program == name for run in found)]
    arms = [arm for arm in ARMS if any(run.arm == arm for run in found)]
    rows = math.ceil(len(programs) / 2)
    height = HEADER + rows * PANEL_HEIGHT
    panels = [
        f'<g transform="translate({PANEL_WIDTH * (n % 2)} {HEADER + PANEL_HEIGHT * (n // 2)})">'
        f"{_panel(plot, name, [run for run in found if run.program == name])}</g>"
        for n, name in enumerate(programs)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(plot.title)}">\n'
        f"<style>{_style()}</style>\n"
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>\n'
        f'<text class="title" x="12" y="24">{escape(plot.title)}</text>\n'
        f"{_legend(arms)}\n" + "\n".join(panels) + "\n</svg>\n"
    )


def series(plot: Plot, run: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Return (P,) numbers of children and (P,) values of one run as they are drawn."""
    xs, ys = np.asarray(run.curve["children"], float), np.asarray(run.curve[plot.name], float)
    if not plot.is_share:
        return xs, ys
    window = max(1, len(xs) // WINDOW)
    before = np.maximum(np.arange(len(xs)) - window, -1)
    x0 = np.where(before < 0, 0.0, xs[before])
    y0 = np.where(before < 0, 0.0, ys[before])
    return xs, (ys - y0) / (xs - x0)


def ticks(top: float, wanted: int = 4) -> list[float]:
    """Return round values from 0 to at least ``top``."""
    rough = max(top, 1e-9) / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * (1 - 1e-9))
    return [n * step for n in range(math.ceil(top / step - 1e-9) + 1)]


def _panel(plot: Plot, program: str, runs: Sequence[Measured]) -> str:
    drawn = {
        arm: [series(plot, run) for run in runs if run.arm == arm]
        for arm in ARMS
        if any(run.arm == arm for run in runs)
    }
    end = max(xs[-1] for curves in drawn.values() for xs, _ in curves)
    highest = max(ys.max() for curves in drawn.values() for _, ys in curves)
    marks = ticks(plot.top or float(highest))
    right, bottom = PANEL_WIDTH - PAD_RIGHT, PANEL_HEIGHT - PAD_BOTTOM

    def place(xs: np.ndarray, ys: np.ndarray) -> list[str]:
        left = PAD_LEFT + xs / end * (right - PAD_LEFT)
        down = bottom - ys / marks[-1] * (bottom - PAD_TOP)
        return [f"{x:.1f},{y:.1f}" for x, y in zip(left, down, strict=True)]

    parts = [f'<text class="panel" x="{PAD_LEFT}" y="16">{PROGRAMS[program]}</text>']
    for mark in marks:
        y = bottom - mark / marks[-1] * (bottom - PAD_TOP)
        kind = "line" if mark else "axis"
        parts.append(
            f'<line class="{kind}" x1="{PAD_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
            f'<text class="mark end" x="{PAD_LEFT - 7}" y="{y + 4:.1f}">{plot.show(mark)}</text>'
        )
    parts.append(
        f'<text class="mark" x="{PAD_LEFT}" y="{bottom + 18}">0</text>'
        f'<text class="mark end" x="{right}" y="{bottom + 18}">{end:,.0f} evaluations</text>'
    )
    bands, lines = [], []
    for arm, curves in drawn.items():
        xs, ys = curves[0][0], np.array([values for _, values in curves])
        if len(curves) > 1:
            edge = place(xs, ys.max(axis=0)) + place(xs, ys.min(axis=0))[::-1]
            bands.append(f'<polygon class="band {arm}" points="{" ".join(edge)}"/>')
        lines.append(
            f'<polyline class="curve {arm}" points="{" ".join(place(xs, ys.mean(axis=0)))}"/>'
        )
    return "\n".join(parts + bands + lines)


def _legend(arms: Sequence[str]) -> str:
    parts, x = [], 12
    for arm in arms:
        label = ARMS[arm].label
        parts.append(
            f'<line class="curve {arm}" x1="{x}" y1="46" x2="{x + 30}" y2="46"/>'
            f'<text class="key" x="{x + 37}" y="50">{escape(label)}</text>'
        )
        x += 37 + 8 * len(label) + 20
    return "".join(parts)


def _style() -> str:
    def colours(place: int) -> str:
        paper, text, muted, line, axis = (
            ("#ffffff", "#16201d", "#53605b", "#dde2de", "#8b9792"),
            ("#0d1312", "#e7eeeb", "#9db0aa", "#263230", "#5d6d69"),
        )[place]
        inks = "".join(
            f".curve.{arm}{{stroke:{ink[place]}}}.band.{arm}{{fill:{ink[place]}}}"
            for arm, ink in INKS.items()
        )
        return (
            f".paper{{fill:{paper}}}text{{fill:{text}}}.mark{{fill:{muted}}}"
            f".line{{stroke:{line}}}.axis{{stroke:{axis}}}{inks}"
        )

    dashes = "".join(
        f".curve.{arm}{{stroke-dasharray:{ink[2]}}}" for arm, ink in INKS.items() if ink[2]
    )
    return (
        'text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}'
        ".title{font-size:15px;font-weight:600}.panel{font-weight:600}.mark{font-size:11px}"
        ".end{text-anchor:end}.curve{fill:none;stroke-width:2;stroke-linejoin:round}"
        f".band{{opacity:.16}}{dashes}{colours(0)}"
        f"@media (prefers-color-scheme: dark){{{colours(1)}}}"
    )
