"""What the run page shows, kept up to date from the database: one snapshot, then numbered frames.

Children are append-only and numbered, so a view of a run needs only the children it has not seen.
Each web process keeps the views of the runs somebody looks at.
"""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Any

from django.utils import timezone

from archive.config import RunConfig
from archive.models import Child, Run, RunState
from archive.services import presence
from archive.services.recording import grid_of
from archive.stats import ChildEvent, CurvePoint, RunStats
from archive.terrain_form import title_of
from simulation.domains import get_domain
from simulation.fitness import Flag, figures_of, flags_in, get_fitness

FEED_LENGTH = 20
CURVE_POINTS = 1000
VIEWS_KEPT = 256  # the dashboard shows 200 runs

# Of an elite, for colours and filters of the map; the flags follow as the bits of one number.
CELL_FIGURES = ("distance", "signed_distance", "steady", "airborne", "rise")
FLAGS = tuple(Flag)

_EVENT_FIELDS = (
    "seq", "outcome", "placement", "fitness", "cell", "gain",
    "commit_message", "is_novel", "clipped", "actor", "created_at",
)  # fmt: skip


class RunView:
    """The state of one run's page; ``advance`` reads what is new."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.config = RunConfig.from_json(run.config)
        self.stats = RunStats(cells_in_grid=grid_of(self.config).cells)
        self.lock = threading.Lock()
        self._figures: dict[int, list[float] | None] = {}  # by seq, of the elites seen so far

    def advance(self) -> list[ChildEvent]:
        """Read the run's state and its new children; return their events."""
        self.run = Run.objects.select_related("seed_program").get(pk=self.run.pk)
        rows = Child.objects.filter(run=self.run, seq__gt=self.stats.seq).order_by("seq")
        events = [ChildEvent(*row) for row in rows.values_list(*_EVENT_FIELDS)]
        for event in events:
            self.stats.add(event)
        return events

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as plain data."""
        with self.lock:
            self.advance()
            return {
                "run": self._run(),
                "seq": self.stats.seq,
                "grid": self._grid(),
                "cells": self._cells(sorted(self.stats.cells)),
                "curve": _curve(thinned(self.stats.curve, CURVE_POINTS)),
                "feed": feed_entries(self.run, self.stats.seq - FEED_LENGTH),
                **self._progress(),
            }

    def frame(self, since: int) -> dict[str, Any]:
        """Return what changed after child number ``since``; the snapshot's words, less of them."""
        with self.lock:
            self.advance()
            changed = sorted(self._touched(since))
            points = [point for point in self.stats.curve[-CURVE_POINTS:] if point.seq > since]
            return {
                "type": "frame",
                "from": since,
                "seq": self.stats.seq,
                "run": {
                    "state": self.run.state,
                    "reason": self.run.reason,
                    "models": self.run.mix,
                },
                "cells": self._cells(changed),
                "curve": _curve(points),
                "feed": feed_entries(self.run, max(since, self.stats.seq - FEED_LENGTH)),
                **self._progress(),
            }

    def _touched(self, since: int) -> set[int]:
        recent = Child.objects.filter(run=self.run, seq__gt=since, seq__lte=self.stats.seq)
        cells = recent.values_list("cell", flat=True)
        return {index for index in cells if index is not None}

    def _cells(self, indexes: list[int]) -> list[list[Any]]:
        held = [self.stats.cells[index] for index in indexes]
        unseen = [one.seq for one in held if one.seq not in self._figures]
        rows = Child.objects.filter(run=self.run, seq__in=unseen).values_list("seq", "details")
        self._figures.update((seq, _figures(details)) for seq, details in rows)
        return [
            [index, round(one.fitness, 4), one.seq, one.visits, one.seq, self._figures[one.seq]]
            for index, one in zip(indexes, held, strict=True)
        ]

    def _grid(self) -> dict[str, Any]:
        axes = get_domain(self.config.domain).axes
        return {
            "axes": [
                {"name": a.name, "unit": a.unit, "low": a.low, "high": a.high, "bins": a.bins}
                for a in axes
            ],
            "cells": self.stats.cells_in_grid,
            "figures": CELL_FIGURES,
            "flags": FLAGS,
        }

    def _run(self) -> dict[str, Any]:
        run = self.run
        return {
            "id": run.pk,
            "name": run.name,
            "state": run.state,
            "reason": run.reason,
            "budget": self.config.budget,
            "rng_seed": run.rng_seed,
            "models": run.mix,
            "terrain": course_title(self.config),
            "fitness": {
                "name": self.config.fitness,
                "label": get_fitness(self.config.fitness).label,
            },
            "temperature": self.config.temperature,
            "seed_name": run.seed_program.name if run.seed_program else "",
            "created_at": run.created_at.isoformat(),
            "elapsed_s": run.running_time(timezone.now()),
        }

    def _progress(self) -> dict[str, Any]:
        return {
            "kpi": kpi(self.run, self.config, self.stats, timezone.now()),
            "outcomes": dict(self.stats.outcomes),
            "examples": self.stats.examples,
            "messages": self._messages(),
            "workers": presence.seen(),
        }

    def _messages(self) -> list[dict[str, Any]]:
        rows = []
        for text, weight in self.config.messages:
            used = self.stats.messages.get(text)
            counts = vars(used) if used else {"uses": 0, "valid": 0, "admitted": 0}
            rows.append({"text": text, "weight": weight, **counts})
        return rows


class Views:
    """The views of this process, the least used ones forgotten."""

    def __init__(self) -> None:
        self._views: OrderedDict[int, RunView] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, run: Run) -> RunView:
        """Return the view of ``run``; the same one for all who look at it."""
        with self._lock:
            view = self._views.get(run.pk) or RunView(run)
            self._views[run.pk] = view
            self._views.move_to_end(run.pk)
            while len(self._views) > VIEWS_KEPT:
                self._views.popitem(last=False)
            return view

    def forget(self) -> None:
        """Drop all views; they are read anew when somebody looks."""
        with self._lock:
            self._views.clear()


VIEWS = Views()


def kpi(run: Run, config: RunConfig, stats: RunStats, now: datetime) -> dict[str, Any]:
    """Return a run's figures, in the field's names."""
    seconds = run.running_time(now)
    running = run.state == RunState.RUNNING
    overall = stats.children / seconds * 60 if seconds else 0.0
    per_minute = stats.per_minute(now) if running else overall
    left = max(config.budget - stats.children, 0)
    return {
        "children": stats.children,
        "coverage": stats.coverage,
        "cells_filled": len(stats.cells),
        "qd_score": round(stats.qd_score, 2),
        "max_fitness": round(stats.max_fitness, 3),
        "mean_fitness": None if stats.mean_fitness is None else round(stats.mean_fitness, 3),
        "valid_rate": stats.valid_rate,
        "runnable_rate": stats.runnable_rate,
        "novel_rate": stats.novel_rate,
        "clipped_rate": stats.rate(stats.clipped),
        "per_minute": round(per_minute, 1),
        "elapsed_s": seconds,
        "eta_s": round(left / per_minute * 60) if running and per_minute else None,
    }


def thinned(points: list[CurvePoint], most: int) -> list[CurvePoint]:
    """Return at most ``most`` points, evenly taken, first and last kept."""
    if len(points) <= most:
        return points
    step = (len(points) - 1) / (most - 1)
    return [points[round(i * step)] for i in range(most)]


def feed_entries(run: Run, after: int) -> list[dict[str, Any]]:
    """Return the newest children after number ``after``, newest first."""
    rows = Child.objects.filter(run=run, seq__gt=after).order_by("-seq")[:FEED_LENGTH]
    fields = (
        "seq", "outcome", "placement", "fitness", "cell", "gain", "commit_message", "reason",
    )  # fmt: skip
    return [
        {("message" if name == "commit_message" else name): row[name] for name in fields}
        for row in rows.values(*fields)
    ]


def _figures(details: dict[str, Any]) -> list[float] | None:
    figures = figures_of(details)
    if figures is None:
        return None
    flags = flags_in(details)
    bits = sum(1 << n for n, flag in enumerate(FLAGS) if flag in flags)
    return [*(round(figures[name], 3) for name in CELL_FIGURES), bits]


def course_title(config: RunConfig) -> str:
    """Return what people call the terrains of a run: "Flat ground, Stairs 0.3 (mean)"."""
    titles = ", ".join(title_of(spec) for spec in config.terrains)
    return titles if len(config.terrains) == 1 else f"{titles} ({config.over})"


def _curve(points: list[CurvePoint]) -> dict[str, list[float]]:
    return {
        "seq": [p.seq for p in points],
        "qd_score": [round(p.qd_score, 3) for p in points],
        "coverage": [round(p.coverage, 6) for p in points],
        "max_fitness": [round(p.max_fitness, 3) for p in points],
    }
