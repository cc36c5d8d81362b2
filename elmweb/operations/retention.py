"""Retention: what nobody looks at any more makes room. Never what the map or its history needs.

Kept for ever: every child with its outcome, reason, measures, fitness and place; the programs and
edits of all children that were evaluated; model versions. So ``rebuild --check`` stays equal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Length

from archive.models import Child, Job, Program, RunState, Training, TrainingState
from archive.services import registry
from elmweb import paths
from simulation.outcome import Outcome

BATCH = 1000  # rows of one transaction: short ones, so that everything else goes on meanwhile
_OVER = (RunState.FINISHED, RunState.STOPPED, RunState.FAILED)


@dataclass(frozen=True)
class Freed:
    """What one rule takes away, or would."""

    what: str  # "sources and edits of failed children"
    number: int
    size: int  # [bytes], roughly: of text and files, not of what a database needs around them


def prune(now: datetime, older: timedelta, *, dry_run: bool) -> list[Freed]:
    """Apply every rule to what is older than ``older``; return what each one freed, or would."""
    return [rule(now - older, dry_run) for rule in _RULES]


def _failed_children(before: datetime, dry_run: bool) -> Freed:
    """Completions, edits and programs of children that never walked, in runs that are over."""
    spent = Q(completion="", diff="", program=None)
    children = Child.objects.filter(run__state__in=_OVER, run__finished_at__lt=before)
    children = children.exclude(outcome=Outcome.EVALUATED).exclude(spent)
    # Whoever has children of its own stays readable: they show the edit that was made to it.
    children = children.exclude(Exists(Child.objects.filter(parent=OuterRef("pk"))))
    number = children.count()
    size = _sum(children, Length("completion") + Length("diff"))
    programs = _left_over(children)
    size += _sum(programs, Length("source"))
    if not dry_run:
        for batch in _batches(children):
            hashes = list(batch.exclude(program=None).values_list("program", flat=True))
            batch.update(completion="", diff="", program=None)
            _unused(Program.objects.filter(pk__in=hashes)).delete()
    return Freed("sources and edits of failed children", number, size)


def _left_over(children: QuerySet[Child]) -> QuerySet[Program]:
    """Return the programs that only these children have."""
    programs = Program.objects.filter(pk__in=children.values("program"))
    others = Child.objects.filter(program=OuterRef("pk")).exclude(pk__in=children.values("pk"))
    return _unused(programs.exclude(Exists(others)), but=Child)


def _unused(programs: QuerySet[Program], but: type | None = None) -> QuerySet[Program]:
    """Return those of ``programs`` that no row of any table names; rows of ``but`` do not count."""
    for relation in Program._meta.related_objects:
        if relation.related_model is not but:
            rows = relation.related_model._base_manager.filter(
                **{relation.field.name: OuterRef("pk")}
            )
            programs = programs.exclude(Exists(rows))
    return programs


def _old_jobs(before: datetime, dry_run: bool) -> Freed:
    """Jobs that are closed: what came of them is in the children."""
    closed = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
    jobs = Job.objects.filter(state__in=closed)
    jobs = jobs.filter(Q(finished_at__lt=before) | Q(finished_at=None, created_at__lt=before))
    number, size = jobs.count(), 0
    if not dry_run:
        for batch in _batches(jobs):
            batch.delete()
    return Freed("closed jobs", number, size)


def _batches(rows: QuerySet) -> Iterator[QuerySet]:
    """Yield the rows, some at a time, each time in a transaction; they must change by it."""
    last = 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            yield rows.model._base_manager.filter(pk__in=ids)
        last = ids[-1]


def _sum(rows: QuerySet, expression: object) -> int:
    return rows.order_by().aggregate(sum=Sum(expression))["sum"] or 0


def _old_logs(before: datetime, dry_run: bool) -> Freed:
    """Log files that were set aside."""
    return _remove(
        "logs that were set aside",
        _older((paths.DATA_DIR / "logs").glob("*.log.*"), before),
        dry_run,
    )


def _old_checkpoints(before: datetime, dry_run: bool) -> Freed:
    """Folders of trainings that stopped or failed long ago, or that no row names.

    Such a training begins anew when somebody resumes it.
    """
    resting = Training.objects.filter(state__in=[TrainingState.STOPPED, TrainingState.FAILED])
    kept = set(
        map(str, Training.objects.exclude(pk__in=resting.values("pk")).values_list("pk", flat=True))
    )
    folders = (registry.MODELS_DIR / "trainings").glob("[0-9]*")
    old = _older([folder for folder in folders if folder.name not in kept], before)
    if not dry_run:
        resting.filter(pk__in=[folder.name for folder in old]).update(progress={}, metrics=[])
    return _remove("checkpoints of old trainings", old, dry_run)


def _older(files: Iterator[Path] | list[Path], before: datetime) -> list[Path]:
    return [path for path in files if _newest(path) < before.timestamp()]


def _newest(path: Path) -> float:
    """Return when anything in it was last written."""
    return max(one.stat().st_mtime for one in (path, *path.rglob("*")))


def _remove(what: str, old: list[Path], dry_run: bool) -> Freed:
    size = sum(
        one.stat().st_size for path in old for one in (path, *path.rglob("*")) if one.is_file()
    )
    if not dry_run:
        for path in old:
            if path.is_dir():
                rmtree(path)
            else:
                path.unlink()
    return Freed(what, len(old), size)


_RULES: tuple[Callable[[datetime, bool], Freed], ...] = (
    _failed_children,
    _old_jobs,
    _old_logs,
    _old_checkpoints,
)
