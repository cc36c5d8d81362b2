"""Reads for the Models and fine-tuning pages: plain dicts and rows, nothing changed."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, FloatField, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import Http404

from archive.grid import Placement
from archive.models import Child, Driver, ModelVersion, Run, RunState, Training
from archive.services import registry
from archive.services import trainings as services
from archive.stats import ORIGIN
from archive.tuning import TuneConfig
from elmweb.accounts.models import User

RUNS_OFFERED = 50
TRAININGS_SHOWN = 50
ADMITTED = (Placement.NEW_CELL, Placement.IMPROVED)


def cost_of(children: QuerySet[Child]) -> float | None:
    """Return what models with a price took for writing children; None when none had one."""
    cost = Cast(KeyTextTransform("cost", "timings"), FloatField())
    return children.filter(timings__has_key="cost").aggregate(sum=Sum(cost))["sum"]


def has_price(names: Iterable[str]) -> bool:
    """Say whether any of these models costs money."""
    specs = registry.installed().filter(name__in=names).values_list("spec", flat=True)
    return any(spec.get("price_in") or spec.get("price_out") for spec in specs)


def model_or_404(key: str) -> ModelVersion | str:
    """Return the model that an address names, by version or by name; its bare name if built in.

    Raises:
        Http404: there is none, and never was.
    """
    rows = ModelVersion.objects.select_related("parent")
    exact = rows.filter(version=key).first()
    if exact is not None:
        return exact
    named = rows.filter(name=key).order_by("deleted_at", "-id")
    found = named.filter(deleted_at=None).first() or named.first()
    if found is not None:
        return found
    if key in registry.BUILT_IN:
        return key
    raise Http404(f"There is no model called “{key}”.")


def training_or_404(training_id: int) -> Training:
    """Return a training with what its page shows of others.

    Raises:
        Http404: there is none.
    """
    related = ("base", "run", "model_version")
    try:
        return Training.objects.select_related(*related).get(pk=training_id)
    except (Training.DoesNotExist, OverflowError):
        raise Http404(f"There is no training {training_id}.") from None


def tree() -> list[dict[str, Any]]:
    """Return all models; ``is_earlier`` marks built-in weights that newer ones have replaced."""
    entries = services.tree()
    newest: dict[str, int] = {}
    for entry in entries:
        newest[entry["name"]] = max(entry["id"], newest.get(entry["name"], 0))
    for entry in entries:
        is_built_in = entry["kind"] in registry.BUILT_IN
        entry["is_earlier"] = is_built_in and entry["id"] != newest[entry["name"]]
    return entries


def live(training: Training) -> dict[str, Any]:
    """Return what a training's page shows, and how far its comparison is."""
    compared = Child.objects.filter(run__trial_of=training).exclude(actor=ORIGIN).count()
    budget = 2 * TuneConfig.from_json(training.config).compare
    return services.live(training) | {"compared": {"done": compared, "of": budget}}


def trainings(*, removed: bool = False, **wanted: Any) -> list[Training]:
    """Return the newest trainings, newest first; with ``removed`` those taken off the list."""
    rows = Training.objects.filter(deleted_at__isnull=not removed, **wanted)
    rows = rows.select_related("base", "run", "model_version")
    return list(rows[:TRAININGS_SHOWN])


def tunable_runs(chosen: list[int]) -> list[dict[str, Any]]:
    """Return the newest runs and how many accepted diffs each holds; the chosen ones first."""
    newest = Run.objects.filter(trial_of=None, last_seq__gt=0)
    ids = list(newest.values_list("pk", flat=True)[:RUNS_OFFERED])
    ids += [pk for pk in chosen if pk not in ids]
    runs = Run.objects.in_bulk(ids)
    accepted = _accepted(ids)
    rows = [
        {
            "id": pk,
            "name": runs[pk].name,
            "state": runs[pk].state,
            "children": max(runs[pk].last_seq, 0),
            "accepted": accepted.get(pk, 0),
        }
        for pk in ids
        if pk in runs
    ]
    return sorted(rows, key=lambda row: chosen.index(row["id"]) if row["id"] in chosen else 10**9)


def _accepted(run_ids: list[int]) -> dict[int, int]:
    """Return by run how many children that a model made took a cell."""
    rows = Child.objects.filter(run_id__in=run_ids, placement__in=ADMITTED, seq__gt=0)
    rows = rows.exclude(Q(operator="random_gp") | Q(operator="origin"))
    counted = rows.order_by().values("run_id").annotate(n=Count("pk"))
    return {row["run_id"]: row["n"] for row in counted}


def steerable_runs(person: User) -> list[Run]:
    """Return the runs whose models ``person`` can change: those that go on, newest first."""
    going = (RunState.RUNNING, RunState.PAUSED)
    runs = Run.objects.filter(state__in=going, driver=Driver.WORKERS, trial_of=None)
    return [run for run in runs[:50] if person.may_change(run)]
