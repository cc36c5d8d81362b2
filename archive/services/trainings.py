"""The life of a fine-tuning: draft → queued → running → comparing → finished; stopped, resumed.

The model worker does it in slices, one leased job each, so that runs get their share of its time.
What a slice brought comes in with its job's fence, in one transaction, together with the name of
the checkpoint that it ends at: whatever dies, the training goes on from the last slice that counts.
"""

import re
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from archive.models import Child, Job, ModelVersion, Run, RunState, Training, TrainingState
from archive.services import datasets, jobs, registry, trials
from archive.services.adapters import export_adapter, import_adapter
from archive.services.promotions import promote, rollback, set_mix, set_repeat
from archive.services.runs import IllegalTransition
from archive.tuning import TuneConfig
from elmweb.accounts.models import User
from simulation.outcome import Outcome

__all__ = [
    "create",
    "delete",
    "export_adapter",
    "import_adapter",
    "live",
    "promote",
    "restore",
    "resume",
    "rollback",
    "set_mix",
    "set_repeat",
    "stop",
    "tree",
]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def create(
    config: TuneConfig,
    *,
    name: str,
    run: Run | None = None,
    owner: User | None = None,
    is_automatic: bool = False,
    by_workers: bool = True,
) -> Training:
    """Store a training and queue its first slice.

    Args:
        name: of the model that it will make.
        run: whose map the comparison starts from; None takes the first run that it learns from.
        by_workers: False for a command that does the work in its own process.

    Raises:
        ValueError: the name cannot be used, or nothing can be learnt from these data.
    """
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise ValueError(
            "a model's name has 1 to 64 letters, digits, dots, dashes and underscores and starts "
            f"with a letter or digit, got {name[:80]!r}"
        )
    counts = datasets.preview(config)
    if counts["problems"]:
        raise ValueError("; ".join(counts["problems"]))
    base, _ = registry.tunable(config.base)
    with transaction.atomic():
        _check_name(name)
        training = Training.objects.create(
            name=name,
            state=TrainingState.QUEUED if by_workers else TrainingState.RUNNING,
            base=base,
            run=run or Run.objects.get(pk=config.runs[0]),
            config=config.to_json(),
            dataset=counts | {"up_to_seq": run.last_seq if run else None},
            is_automatic=is_automatic,
            owner=owner,
        )
        if by_workers:
            jobs.enqueue(Job.Kind.TRAIN, {}, training=training)
    return training


def _check_name(name: str) -> None:
    live = [TrainingState.QUEUED, TrainingState.RUNNING, TrainingState.STOPPED]
    if registry.is_taken(name):
        raise ValueError(f"there is a model called {name!r} already: choose another name")
    if Training.objects.filter(name=name, state__in=live, deleted_at=None).exists():
        raise ValueError(f"a training is making {name!r} already: choose another name")


def stop(training: Training, actor: User | None = None) -> Training:
    """End a training for now; ``resume`` goes on from where it is. A comparison ends for good."""
    with transaction.atomic():
        training = _locked(training)
        if training.state == TrainingState.COMPARING:
            for arm in training.arms.exclude(
                state__in=[RunState.FINISHED, RunState.STOPPED, RunState.FAILED]
            ):
                _stop_arm(arm)
            return _end(training, TrainingState.FINISHED, "the comparison was stopped")
        _need(training, {TrainingState.QUEUED, TrainingState.RUNNING}, "stop")
        # A slice under way notices, saves its checkpoint and ends.
        Job.objects.filter(training=training, state=Job.State.QUEUED).exclude(
            kind=Job.Kind.PROBE
        ).update(state=Job.State.CANCELLED, finished_at=timezone.now())
        return _end(training, TrainingState.STOPPED, "stopped by a person")


def _stop_arm(arm: Run) -> None:
    from archive.services import runs

    runs.stop(arm)


def resume(training: Training, actor: User | None = None) -> Training:
    """Go on with a stopped or failed training from its last checkpoint."""
    with transaction.atomic():
        training = _locked(training)
        _need(training, {TrainingState.STOPPED, TrainingState.FAILED}, "resume")
        training.state, training.reason = TrainingState.QUEUED, ""
        training.finished_at = None
        training.save(update_fields=["state", "reason", "finished_at"])
        _enqueue_next(training)
    return training


def delete(training: Training, actor: User | None = None) -> None:
    """Take a training off the list; ``restore`` undoes it. The model it made stays.

    Raises:
        IllegalTransition: it is under way.
    """
    with transaction.atomic():
        training = _locked(training)
        if training.is_live:
            raise IllegalTransition(f"training {training.pk} is {training.state}: stop it first")
        training.deleted_at = timezone.now()
        training.save(update_fields=["deleted_at"])


def restore(training: Training, actor: User | None = None) -> None:
    """Undo ``delete``."""
    Training.objects.filter(pk=training.pk).update(deleted_at=None)


def _enqueue_next(training: Training) -> None:
    """Queue the next slice unless one waits or is under way."""
    alive = Job.objects.filter(
        training=training, kind=Job.Kind.TRAIN, state__in=[Job.State.QUEUED, Job.State.LEASED]
    )
    if not alive.exists():
        jobs.enqueue(Job.Kind.TRAIN, {}, training=training)


def _locked(training: Training) -> Training:
    locked = Training.objects.select_for_update(of=("self",)).select_related(
        "base", "model_version", "run"
    )
    return locked.get(pk=training.pk)


def _need(training: Training, states: set[TrainingState], verb: str) -> None:
    if training.state not in states:
        raise IllegalTransition(
            f"cannot {verb} training {training.pk}: it is {training.state}, "
            f"this needs {' or '.join(sorted(states))}"
        )


def _end(training: Training, state: TrainingState, reason: str = "") -> Training:
    training.state, training.reason = state, reason[:1000]
    training.finished_at = timezone.now()
    training.save(update_fields=["state", "reason", "finished_at"])
    return training


def live(training: Training) -> dict[str, Any]:
    """Return what a training's page shows, as plain data."""
    made = training.model_version
    points = [point for point in training.metrics if "train" in point or "validation" in point]
    known = [point for point in points if point.get("validation") is not None]
    best = min(known, key=lambda point: point["validation"], default=None)
    return {
        "id": training.pk,
        "name": training.name,
        "state": training.state,
        "reason": training.reason,
        "base": training.base.name,
        "base_version": training.base.version,
        "run": training.run_id,
        "is_automatic": training.is_automatic,
        "progress": {k: v for k, v in training.progress.items() if k != "checkpoint"},
        "metrics": training.metrics,
        "best_step": best["step"] if best else None,
        "dataset": training.dataset,
        "config": training.config,
        "model_version": {"name": made.name, "version": made.version} if made else None,
        "arms": trials.arms(training),
        "result": training.result,
        "created_at": training.created_at.isoformat(),
        "finished_at": training.finished_at.isoformat() if training.finished_at else None,
    }


def tree() -> list[dict[str, Any]]:
    """Return every model with its descendants below it and what its children came to.

    The bundled ones first, then what was installed or trained, last the control.
    """
    registry.tunable(registry.DEFAULT)  # is in the tree before its first child, too
    rows = list(ModelVersion.objects.select_related("parent").order_by("pk"))
    counts = _counts()
    made = Training.objects.exclude(model_version=None)
    makers = dict(made.values_list("model_version_id", "pk"))
    below: dict[int | None, list[ModelVersion]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    is_default = {row.pk for row in rows if row.is_default and row.deleted_at is None}
    newest = {row.name: row.pk for row in rows if not row.spec}

    def entry(row: ModelVersion, depth: int) -> dict[str, Any]:
        figures = counts.get(row.pk, {})
        children = figures.get("children", 0)
        return {
            "id": row.pk,
            "name": row.name,
            "version": row.version,
            "kind": row.backend,
            "parent": row.parent.name if row.parent else None,
            "depth": depth,
            "created_at": row.created_at.isoformat(),
            "is_default": row.pk in is_default
            or (not is_default and newest.get(registry.DEFAULT) == row.pk),
            "deleted": row.deleted_at is not None,
            "runs": figures.get("runs", 0),
            "children": children,
            "valid_rate": figures["applied"] / children if children else None,
            "runnable_rate": figures["bodies"] / children if children else None,
            "card": row.card,
            "training": makers.get(row.pk),
        }

    found: list[dict[str, Any]] = []

    def walk(row: ModelVersion, depth: int) -> None:
        found.append(entry(row, depth))
        for child in below.get(row.pk, []):
            walk(child, depth + 1)

    for root in sorted(below.get(None, []), key=_rank):
        walk(root, 0)
    return found


def _rank(row: ModelVersion) -> tuple[int, int]:
    order = {"bundled": 0, "bundled_unmasked": 1, "random_gp": 9, "scripted": 9}
    return order.get(row.backend, 2), row.pk


def _counts() -> dict[int, dict[str, Any]]:
    applied = [o for o in Outcome if o.applies]
    bodies = [o for o in Outcome if o.has_body]
    grouped = (
        Child.objects.exclude(model_version=None)
        .values("model_version")
        .annotate(
            children=Count("pk"),
            runs=Count("run", distinct=True),
            applied=Count("pk", filter=Q(outcome__in=applied)),
            bodies=Count("pk", filter=Q(outcome__in=bodies)),
        )
    )
    return {row["model_version"]: dict(row) for row in grouped}
