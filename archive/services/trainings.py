"""The life of a fine-tuning: draft → queued → running → comparing → finished; stopped, resumed.

The model worker does it in slices, one leased job each, so that runs get their share of its time.
What a slice brought comes in with its job's fence, in one transaction, together with the name of
the checkpoint that it ends at: whatever dies, the training goes on from the last slice that counts.
"""

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from archive.models import Child, Job, ModelVersion, Run, RunState, Training, TrainingState
from archive.services import datasets, jobs, registry, runs, trials
from archive.services.adapters import export_adapter, import_adapter
from archive.services.promotions import leading, promote, rollback, set_mix, set_repeat
from archive.services.runs import IllegalTransition
from archive.tuning import TuneConfig, preset
from elmweb.accounts import quotas
from elmweb.accounts.models import User
from simulation.evaluate import Evaluation
from simulation.outcome import Outcome

__all__ = [
    "create",
    "export_adapter",
    "import_adapter",
    "live",
    "promote",
    "remove",
    "restore",
    "resume",
    "rollback",
    "set_mix",
    "set_repeat",
    "stop",
    "tree",
]

log = logging.getLogger(__name__)
AT_WORK = (TrainingState.QUEUED, TrainingState.RUNNING)
COMMAND_SILENT = 900.0  # [s] far longer than a slice or a batch takes
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Slice:
    """What one slice of a training brought."""

    progress: dict[str, Any]  # with the name of the checkpoint that it ends at
    points: Sequence[dict[str, Any]] = ()  # new ones of the curves
    # (step, [[source, hash of the parent's body], ...]): children to run, for the share of valid
    probes: Sequence[tuple[int, list[list[str]]]] = ()
    counts: dict[str, int] = field(default_factory=dict)  # of the data, exact
    is_over: bool = False
    weights: Path | None = None  # a folder with the best ones, when over and better than before


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
        ValueError: the name cannot be used, nothing can be learnt from these data, or the owner's
            training hours of today are spent.
    """
    if owner is not None:
        quotas.check_training_hours(owner)
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
            by_workers=by_workers,
            owner=owner,
        )
        if by_workers:
            jobs.enqueue(Job.Kind.TRAIN, {}, training=training)
    return training


def begin_slice(job: Job) -> Training | None:
    """Return the training that a slice is of; None when it was stopped meanwhile."""
    with transaction.atomic():
        assert job.training is not None
        training = _locked(job.training)
        if training.state == TrainingState.QUEUED:
            training.state = TrainingState.RUNNING
            training.started_at = training.started_at or timezone.now()
            training.save(update_fields=["state", "started_at"])
        return training if training.state == TrainingState.RUNNING else None


def pass_on(job: Job) -> None:
    """Close a slice that did nothing, others being due, and queue the next."""
    with transaction.atomic():
        assert job.training is not None
        training = _locked(job.training)
        if jobs.finish(job) and training.state in AT_WORK:
            _enqueue_next(training)


def is_stopped(training: Training) -> bool:
    """Whether somebody stopped it: a slice asks while it works."""
    return not Training.objects.filter(pk=training.pk, state__in=AT_WORK).exists()


def finish_slice(training: Training, done: Slice, job: Job | None = None) -> Training | None:
    """Take in what a slice brought, and queue the next or go on to the comparison.

    Args:
        job: None for a command that does the work in its own process.

    Returns:
        The training; None when another worker has taken the slice over, and nothing came in.
    """
    with transaction.atomic():
        training = _locked(training)
        if job is not None and not jobs.finish(job):
            return None
        before = training.progress.get("seconds", 0.0)
        training.metrics = training.metrics + list(done.points)
        training.progress = training.progress | done.progress
        training.dataset = training.dataset | done.counts
        training.save(update_fields=["metrics", "progress", "dataset"])
        for step, children in done.probes if job is not None else ():
            payload = {"step": step, "children": children}
            jobs.enqueue(Job.Kind.PROBE, payload, training=training)
        if done.weights is not None:
            _keep(training, done)
        elif done.is_over:
            _end(
                training, TrainingState.FINISHED,
                "The loss on held-out parents never fell below where it began: "
                f"{training.base.name} stays the better model, and nothing was kept.",
            )  # fmt: skip
        elif job is not None and training.state in AT_WORK:
            _enqueue_next(training)
        if training.owner is not None:
            spent = max(training.progress.get("seconds", 0.0) - before, 0.0)
            quotas.spend(training.owner, training_seconds=spent)
            _stop_when_spent(training, training.owner)
    return training


def _stop_when_spent(training: Training, owner: User) -> None:
    """Stop a training whose owner has used up today's hours; it can be resumed tomorrow."""
    try:
        quotas.check_training_hours(owner)
    except quotas.QuotaSpent as spent:
        if training.state in AT_WORK:
            _cancel_slices(training)
            _end(training, TrainingState.STOPPED, str(spent))


def _cancel_slices(training: Training) -> None:
    waiting = Job.objects.filter(training=training, state=Job.State.QUEUED)
    waiting.exclude(kind=Job.Kind.PROBE).update(
        state=Job.State.CANCELLED, finished_at=timezone.now()
    )


def _keep(training: Training, done: Slice) -> None:
    """Store the weights as a model version and begin the comparison."""
    assert done.weights is not None
    config = TuneConfig.from_json(training.config)
    try:
        training.model_version = registry.adopt(
            done.weights, training.name, parent=training.base, card=_card(training),
            owner=training.owner,
        )  # fmt: skip
    except ValueError as taken:
        _end(training, TrainingState.FAILED, str(taken))
        return
    training.state = TrainingState.COMPARING
    training.save(update_fields=["model_version", "state"])
    if not config.compare or training.run is None:
        _end(training, TrainingState.FINISHED)
        return
    if training.by_workers:
        trials.start_arms(training, training.run, config.compare)


def _card(training: Training) -> dict[str, Any]:
    """Return what a person wants to know of the new weights."""
    points = [p for p in training.metrics if p.get("validation") is not None]
    best = min(points, key=lambda point: point["validation"])
    return {
        "training": training.pk,
        "base": training.base.version,
        "config": training.config,
        "data": training.dataset,
        "loss": {
            "before": points[0]["validation"],
            "after": best["validation"],
            "step": best["step"],
        },
        "seconds": training.progress.get("seconds"),
        "trained_tokens": training.progress.get("tokens"),
    }


def finish_probe(training: Training, step: int, valid: int, job: Job | None = None) -> None:
    """Add to a point of the curves how many of its sampled children were valid."""
    with transaction.atomic():
        training = _locked(training)
        if job is not None and not jobs.finish(job):
            return
        for point in training.metrics:
            if point["step"] == step and point.get("samples"):
                point["valid"] = round(valid / point["samples"], 4)
        training.save(update_fields=["metrics"])


def count_valid(evaluations: Sequence[Evaluation], children: Sequence[Sequence[str]]) -> int:
    """Return how many children gave a walker whose body differs from its parent's.

    Args:
        evaluations: (N,) of the children's programs.
        children: (N, 2) program and hash of its parent's body.
    """
    pairs = zip(evaluations, children, strict=True)
    return sum(e.outcome is Outcome.EVALUATED and e.body_hash != body for e, (_, body) in pairs)


def see(training: Training) -> None:
    """Note that the command which does a training is alive."""
    progress = Training.objects.get(pk=training.pk).progress | {"seen_at": time.time()}
    Training.objects.filter(pk=training.pk).update(progress=progress)


def fail(training: Training, reason: str) -> None:
    """End a training that cannot go on, with the reason for the person."""
    with transaction.atomic():
        training = _locked(training)
        if training.is_live:
            _stop_arms(training)
            _end(training, TrainingState.FAILED, reason)


def advance() -> None:
    """Judge comparisons whose arms are through, and begin trainings that are due; call it often."""
    for training in Training.objects.filter(state=TrainingState.COMPARING, by_workers=True):
        finish_comparison(training)
    commanded = Training.objects.filter(
        state__in=[TrainingState.RUNNING, TrainingState.COMPARING], by_workers=False
    )
    for training in commanded:
        seen = training.progress.get("seen_at", training.created_at.timestamp())
        if time.time() - seen > COMMAND_SILENT:
            fail(training, "the command that did it ended without a word")
    repeating = Run.objects.filter(state=RunState.RUNNING, repeat_tuning__isnull=False)
    for run in repeating.values_list("pk", flat=True):
        with transaction.atomic():  # locked: another host's scheduler may look at this moment
            _repeat(Run.objects.select_for_update().get(pk=run))


def finish_comparison(training: Training) -> Training:
    """Judge a comparison when both arms are through; an automatic training may then promote."""
    with transaction.atomic():
        training = _locked(training)
        found = list(training.arms.order_by("pk"))
        is_over = len(found) == 2 and all(arm.is_over for arm in found)
        if training.state != TrainingState.COMPARING or not is_over:
            return training
        broken = next((arm for arm in found if arm.state != RunState.FINISHED), None)
        if broken is not None:
            reason = f"the comparison ended early: run {broken.pk} {broken.state} {broken.reason}"
            return _end(training, TrainingState.FINISHED, reason.strip())
        made = training.model_version
        assert made is not None
        training.result = trials.judge(*found)
        training.save(update_fields=["result"])
        made.card = made.card | {"comparison": training.result}
        made.save(update_fields=["card"])
        _end(training, TrainingState.FINISHED)
        run = training.run
        if training.is_automatic and training.result["promote"] and run and not run.is_over:
            try:
                promote(made, run=run, instead_of=training.base.name)
            except ValueError as refusal:  # a person was faster, or removed the model
                log.info("training %s: %s", training.pk, refusal)
    return training


def _repeat(run: Run) -> None:
    """Begin the next automatic training of a run when enough was accepted since the last one."""
    if run.repeat_tuning is None:
        return  # taken back meanwhile
    before = Training.objects.filter(run=run, is_automatic=True)
    if any(training.is_live for training in before) or _is_spent(run.owner):
        return
    last = before.order_by("-pk").first()
    since = last.dataset["up_to_seq"] if last else 0
    fresh = Child.objects.filter(
        run=run, seq__gt=since, placement__in=datasets.ADMITTED, parent__isnull=False
    )
    if fresh.count() < run.repeat_tuning["every"]:
        return
    try:
        config = TuneConfig(
            base=leading(run), runs=(run.pk,), **preset(run.repeat_tuning["preset"])
        )
        name = f"run{run.pk}-round{before.count() + 1}"
        while registry.is_taken(name):
            name += "a"
        create(config, name=name, run=run, owner=run.owner, is_automatic=True)
    except ValueError as refusal:
        # No second attempt every two seconds: the person sets it up again.
        log.warning("run %s is not fine-tuned again: %s", run.pk, refusal)
        set_repeat(run, None)


def _is_spent(owner: User | None) -> bool:
    try:
        if owner is not None:
            quotas.check_training_hours(owner)
    except quotas.QuotaSpent:
        return True
    return False


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
            _stop_arms(training)
            return _end(training, TrainingState.FINISHED, "the comparison was stopped")
        _need(training, set(AT_WORK), "stop")
        # A slice under way notices, saves its checkpoint and ends.
        _cancel_slices(training)
        return _end(training, TrainingState.STOPPED, "stopped by a person")


def _stop_arms(training: Training) -> None:
    over = [RunState.FINISHED, RunState.STOPPED, RunState.FAILED]
    for arm in training.arms.exclude(state__in=over):
        runs.stop(arm)


def resume(training: Training, actor: User | None = None) -> Training:
    """Go on with a stopped or failed training from its last checkpoint.

    Raises:
        ValueError: it is not stopped, or its owner's training hours of today are spent.
    """
    with transaction.atomic():
        training = _locked(training)
        if training.owner is not None:
            quotas.check_training_hours(training.owner)
        _need(training, {TrainingState.STOPPED, TrainingState.FAILED}, "resume")
        if training.model_version is not None or not training.by_workers:
            raise IllegalTransition(f"training {training.pk} has nothing left to do here")
        training.state, training.reason = TrainingState.QUEUED, ""
        training.finished_at = training.deleted_at = None
        training.save(update_fields=["state", "reason", "finished_at", "deleted_at"])
        _enqueue_next(training)
    return training


def remove(training: Training, actor: User | None = None) -> None:
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
    """Undo ``remove``."""
    Training.objects.filter(pk=training.pk).update(deleted_at=None)


def _enqueue_next(training: Training) -> None:
    """Queue the next slice unless one waits or is under way."""
    alive = Job.objects.filter(
        training=training, kind=Job.Kind.TRAIN, state__in=[Job.State.QUEUED, Job.State.LEASED]
    )
    if not alive.exists():
        jobs.enqueue(Job.Kind.TRAIN, {}, training=training)


def next_slice(training: Training) -> int | None:
    """Return the id of the job of a training's next slice, None when none waits."""
    waiting = Job.objects.filter(training=training, kind=Job.Kind.TRAIN, state=Job.State.QUEUED)
    return waiting.values_list("pk", flat=True).first()


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
        "is_removed": training.deleted_at is not None,
        "reason": training.reason,
        "base": training.base.name,
        "base_version": training.base.version,
        "run": training.run_id,
        "is_automatic": training.is_automatic,
        "progress": {
            k: v for k, v in training.progress.items() if k not in ("checkpoint", "seen_at")
        },
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
