"""Reads for pages and the JSON API: plain dicts, nothing changed."""

from typing import Any

from django.utils import timezone

from archive.config import RunConfig
from archive.grid import Placement
from archive.lineage import ancestry
from archive.live import VIEWS, kpi, thinned
from archive.models import Cell, Child, Run, SeedProgram, Terrain
from archive.services.recording import grid_of
from simulation.domains import get_domain
from simulation.fitness import figures_of, flags_in, get_fitness
from simulation.outcome import Outcome
from simulation.polyline import read_spec

SPARK_POINTS = 60
KIN_SHOWN = 20
ADMITTED = (Placement.NEW_CELL, Placement.IMPROVED)


def run_rows(limit: int = 200) -> list[dict[str, Any]]:
    """Return the newest runs for the dashboard, newest first; arms of comparisons left out."""
    runs = Run.objects.filter(trial_of=None).select_related("seed_program", "owner")
    return [_run_row(run) for run in runs[:limit]]


def _run_row(run: Run) -> dict[str, Any]:
    view = VIEWS.of(run)
    with view.lock:
        if view.stats.seq < run.last_seq:
            view.advance()
        view.run = run  # just read with all the others
        figures = kpi(view.run, view.config, view.stats, timezone.now())
        spark = [point.qd_score for point in thinned(view.stats.curve, SPARK_POINTS)]
    return {
        "id": run.pk,
        "name": run.name,
        "state": view.run.state,
        "reason": view.run.reason,
        "budget": view.config.budget,
        "created_at": run.created_at.isoformat(),
        "seed_name": run.seed_program.name if run.seed_program else "",
        "owner": run.owner.username if run.owner else "",
        "spark": spark,
        **{
            name: figures[name]
            for name in ("children", "coverage", "qd_score", "max_fitness", "per_minute", "eta_s")
        },
    }


def snapshot(run: Run) -> dict[str, Any]:
    """Return everything the run page shows."""
    return VIEWS.of(run).snapshot()


def lineage(child: Child) -> list[Child]:
    """Return the line from ``child`` (first) back to the seed program (last)."""
    related = Child.objects.select_related("program", "model_version")

    def parent_of(one: Child) -> Child | None:
        return related.get(pk=one.parent_id) if one.parent_id else None

    return list(ancestry(child, parent_of))


def kin(child: Child) -> list[Child]:
    """Return children of ``child`` that have a body, those admitted to the map first."""
    born = Child.objects.filter(parent=child, outcome=Outcome.EVALUATED)
    admitted = list(born.filter(placement__in=ADMITTED).order_by("-fitness")[:KIN_SHOWN])
    rejected = born.exclude(placement__in=ADMITTED).order_by("-fitness")
    return admitted + list(rejected[: KIN_SHOWN - len(admitted)])


def child_json(child: Child) -> dict[str, Any]:
    """Return one child with its code, its diff and its numbers."""
    config = RunConfig.from_json(child.run.config)
    grid = grid_of(config)
    return {
        "run": child.run_id,
        "seq": child.seq,
        "outcome": child.outcome,
        "sentence": Outcome(child.outcome).sentence,
        "reason": child.reason,
        "fitness": child.fitness,
        "measures": child.measures,
        "clipped": child.clipped,
        "cell": child.cell,
        "cell_position": None if child.cell is None else list(grid.cell_at(child.cell)),
        "placement": child.placement,
        "gain": child.gain,
        "commit_message": child.commit_message,
        "operator": child.operator,
        "model": child.model_version.version if child.model_version else "",
        "parent": child.parent.seq if child.parent else None,
        "how_applied": child.how_applied,
        "tries": child.tries,
        "fitness_name": config.fitness,
        "fitness_label": get_fitness(config.fitness).label,
        "details": child.details,
        "figures": figures_of(child.details),
        "flags": [
            {"name": str(flag), "sentence": flag.sentence} for flag in flags_in(child.details)
        ],
        "timings": child.timings,
        "source": child.program.source if child.program else None,
        "program_sha": child.program.sha256 if child.program else None,
        "diff": child.diff,
        "completion": child.completion,
        "is_elite": Cell.objects.filter(elite=child).exists(),
        "actor": child.actor,
        "world_version": child.world_version,
        "trajectory_hash": child.trajectory_hash,
        "created_at": child.created_at.isoformat(),
    }


def cell_history(run: Run, index: int) -> list[dict[str, Any]]:
    """Return who held a cell, newest first."""
    held = Child.objects.filter(run=run, cell=index, placement__in=ADMITTED).order_by("-seq")
    return [{"seq": seq, "fitness": fitness} for seq, fitness in held.values_list("seq", "fitness")]


def seed_rows() -> list[dict[str, Any]]:
    """Return the seed programs on offer: the bundled ones in the paper's order, then people's."""
    paper = list(get_domain("sodarace").seed_programs)
    seeds = SeedProgram.objects.filter(deleted_at=None).select_related("program")
    rows = sorted(seeds, key=lambda s: paper.index(s.name) if s.name in paper else len(paper))
    return [
        {
            "id": seed.pk,
            "name": seed.name,
            "description": seed.description,
            "bundled": seed.bundled,
            "owner_id": seed.owner_id,
            "fitness": seed.fitness,
            "measures": seed.measures,
            "joints": seed.details.get("joints"),
            "muscles": seed.details.get("muscles"),
            "walker": seed.program.walker,
            "created_at": seed.created_at.isoformat(),
        }
        for seed in rows
    ]


def terrain_rows() -> list[dict[str, Any]]:
    """Return the saved terrains, newest first."""
    return [
        {
            "id": terrain.pk,
            "name": terrain.name,
            "spec": terrain.spec,
            "points": len(read_spec(terrain.spec)[1]),
            "owner_id": terrain.owner_id,
            "created_at": terrain.created_at.isoformat(),
        }
        for terrain in Terrain.objects.filter(deleted_at=None)
    ]
