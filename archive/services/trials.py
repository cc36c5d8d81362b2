"""Forks of a run from its map at one moment, and the comparison of two models by two forks."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from archive import comparison
from archive.comparison import Result
from archive.config import RunConfig
from archive.grid import Placement
from archive.models import Child, Driver, Run, RunState, Training
from archive.services import recording, runs
from archive.services.planning import top_up
from archive.stats import ORIGIN
from elmweb.accounts.models import User
from simulation.outcome import Outcome

_COPIED = (
    "commit_message", "how_applied", "measures", "clipped", "fitness",
    "body_hash", "trajectory_hash", "world_version", "details",
)  # fmt: skip


def fork(
    run: Run,
    *,
    at_seq: int | None = None,
    mix: Sequence[Sequence],
    budget: int,
    name: str,
    trial_of: Training | None = None,
    owner: User | None = None,
    driver: Driver = Driver.WORKERS,
) -> Run:
    """Return a new draft that begins with the map that ``run`` had after child ``at_seq``.

    The elites become its first children, with their programs, measures and fitness; they are not
    evaluated again and count in no rate. Its random seed is that of ``run``.

    Raises:
        ValueError: the run has no such child, no elite yet, or a setting is out of range.
    """
    at_seq = run.last_seq if at_seq is None else at_seq
    if not 0 <= at_seq <= run.last_seq:
        raise ValueError(
            f"run {run.pk} has children 0 to {run.last_seq}, there is none numbered {at_seq}"
        )
    elites = elites_at(run, at_seq)
    if not elites:
        raise ValueError(f"run {run.pk} has no elite yet: nothing to start from")
    config = replace(
        RunConfig.from_json(run.config),
        budget=budget,
        models=tuple((str(model), float(weight)) for model, weight in mix),
    )
    with transaction.atomic():
        made = runs.create_run(
            config=config,
            seed_program=run.seed_program,
            source=run.program.source,
            name=name,
            rng_seed=run.rng_seed,
            owner=owner,
            driver=driver,
        )
        made.origin, made.origin_seq, made.trial_of = run, at_seq, trial_of
        made.save(update_fields=["origin", "origin_seq", "trial_of"])
        recording.record_given(made, [_copy(elite) for elite in elites])
    made.refresh_from_db()
    return made


def elites_at(run: Run, seq: int) -> list[Child]:
    """Return who held the cells after child ``seq``, in the order in which they came."""
    admitted = Child.objects.filter(
        run=run, seq__lte=seq, placement__in=(Placement.NEW_CELL, Placement.IMPROVED)
    )
    holders = {}
    for pk, cell in admitted.order_by("seq").values_list("pk", "cell"):
        holders[cell] = pk
    return list(Child.objects.filter(pk__in=holders.values()).order_by("seq"))


def _copy(elite: Child) -> Child:
    return Child(
        program_id=elite.program_id,
        operator=ORIGIN,
        actor=ORIGIN,
        outcome=Outcome.EVALUATED,
        reason=f"An elite that the map began with: child {elite.seq} of run {elite.run_id}.",
        **{name: getattr(elite, name) for name in _COPIED},
    )


def arms(training: Training) -> dict[str, int] | None:
    """Return the runs that compare a training's model with its base; None before they exist."""
    found = list(training.arms.order_by("pk").values_list("pk", flat=True))
    return {"base": found[0], "tuned": found[1]} if len(found) == 2 else None


def start_arms(
    training: Training, run: Run, children: int, *, driver: Driver = Driver.WORKERS
) -> list[Run]:
    """Fork ``run`` twice from its present map, one for each model, and start both."""
    assert training.model_version is not None
    with transaction.atomic():
        run.refresh_from_db()
        made = []
        for model in (training.base.name, training.model_version.name):
            arm = fork(
                run,
                mix=[[model, 100.0]],
                budget=children,
                name=f"Trial of {training.name}: {model}"[:120],
                trial_of=training,
                owner=training.owner,
                driver=driver,
            )
            made.append(arm)
    if driver == Driver.WORKERS:
        for arm in made:
            begin(arm)
    return made


def begin(fork: Run) -> None:
    """Start a fork: its first parents are there already."""
    now = timezone.now()
    drafts = Run.objects.filter(pk=fork.pk, state=RunState.DRAFT)
    if drafts.update(state=RunState.RUNNING, resumed_at=now):
        top_up(fork.pk)


def results(run: Run) -> list[Result]:
    """Return what each child of a run came to, the ones that it began with left out."""
    rows = Child.objects.filter(run=run, seq__gt=0).exclude(actor=ORIGIN).order_by("seq")
    return [
        Result(
            valid=Outcome(outcome).applies,
            runnable=Outcome(outcome).has_body,
            novel=is_novel,
            new_cell=placement == Placement.NEW_CELL,
            gain=gain,
        )
        for outcome, is_novel, placement, gain in rows.values_list(
            "outcome", "is_novel", "placement", "gain"
        )
    ]


def judge(base: Run, tuned: Run) -> dict:
    """Return the comparison of two finished arms (see ``archive.comparison.compare``)."""
    return comparison.compare(results(base), results(tuned), rng_seed=base.rng_seed)
