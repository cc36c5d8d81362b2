"""The life of a run: draft → running ⇄ paused → finished, stopped or failed."""

import secrets
from functools import partial

from django.db import transaction
from django.utils import timezone

from archive.config import RunConfig
from archive.models import (
    CommitMessage,
    Driver,
    Intervention,
    Job,
    Program,
    Run,
    RunState,
    SeedProgram,
)
from archive.services import feed, jobs
from archive.services.planning import top_up
from archive.services.recording import Candidacy, sha256_of
from elmweb.accounts import quotas
from elmweb.accounts.models import User
from simulation.domains import get_domain
from simulation.sandbox import Limits

DEMO_BUDGET = 2000  # [children]
MAX_SOURCE = Limits().source_bytes


class IllegalTransition(ValueError):
    """The run is not in a state in which this can be done."""


def program_of(source: str) -> Program:
    """Return the stored program with this text."""
    sha = sha256_of(source)
    return Program.objects.get_or_create(sha256=sha, defaults={"source": source})[0]


def create_run(
    *,
    config: RunConfig,
    seed_program: SeedProgram | None = None,
    source: str | None = None,
    name: str = "",
    rng_seed: int | None = None,
    owner: User | None = None,
    driver: Driver = Driver.WORKERS,
) -> Run:
    """Store a run in state draft.

    Raises:
        ValueError: no seed program, or a name or rng seed out of range.
    """
    if seed_program is None and source is None:
        raise ValueError("a run needs a seed program to start from")
    if rng_seed is not None and not 0 <= rng_seed < 2**63:
        raise ValueError(f"the rng seed must be from 0 to {2**63 - 1}, got {rng_seed}")
    if len(name) > 120:
        raise ValueError(f"a run's name has at most 120 characters, this one has {len(name)}")
    program = seed_program.program if seed_program else program_of(source or "")
    label = seed_program.name if seed_program else "program"
    with transaction.atomic():
        for position, (text, weight) in enumerate(config.messages):
            CommitMessage.objects.get_or_create(
                text=text, defaults={"weight": weight, "position": position}
            )
        return Run.objects.create(
            name=name.strip() or f"{label}, {config.budget:,} children",
            config=config.to_json(),
            mix=[list(m) for m in config.models],
            rng_seed=secrets.randbelow(2**31) if rng_seed is None else rng_seed,
            seed_program=seed_program,
            program=program,
            owner=owner,
            driver=driver,
        )


def seed_candidacy(run: Run) -> Candidacy:
    """Return the run's seed program as child number 0."""
    return Candidacy(operator="seed", source=run.program.source, actor="person")


def start(run: Run) -> Run:
    """Start a draft: its seed program is evaluated first, mutation follows.

    Raises:
        QuotaSpent: its owner has as many runs going as they may.
    """
    with transaction.atomic():
        _check_quota(run)
        run = _move(run, {RunState.DRAFT}, RunState.RUNNING, "start")
        jobs.enqueue(Job.Kind.EVALUATE, {"seed": True}, run=run)
    return run


def pause(run: Run, actor: User | None = None) -> Run:
    """Let the work in hand end and begin no more."""
    _refuse_command(run, "pause")
    return _move(run, {RunState.RUNNING}, RunState.PAUSED, "pause", actor)


def resume(run: Run, actor: User | None = None) -> Run:
    """Go on where ``pause`` left off.

    Raises:
        QuotaSpent: its owner has as many runs going as they may.
    """
    _refuse_command(run, "resume")
    with transaction.atomic():
        _check_quota(run)
        run = _move(run, {RunState.PAUSED}, RunState.RUNNING, "resume", actor)
    for job in Job.objects.filter(run=run, state=Job.State.QUEUED):
        transaction.on_commit(partial(jobs.send, job))
    top_up(run.pk)
    return run


def stop(run: Run, actor: User | None = None) -> Run:
    """End the run before its budget is spent; the map stays."""
    with transaction.atomic():
        run = _move(
            run,
            {RunState.RUNNING, RunState.PAUSED, RunState.DRAFT},
            RunState.STOPPED,
            "stop",
            actor,
        )
        _cancel_mutations(run)
    return run


def finish(run: Run) -> Run:
    """End a run whose budget is spent."""
    return _move(run, {RunState.RUNNING}, RunState.FINISHED, "finish")


def fail(run: Run, reason: str) -> Run:
    """End a run that cannot go on, with the reason for the person."""
    with transaction.atomic():
        try:
            run = _move(run, {RunState.RUNNING, RunState.PAUSED}, RunState.FAILED, "fail")
        except IllegalTransition:
            return run  # over already
        Run.objects.filter(pk=run.pk).update(reason=reason[:1000])
        _cancel_mutations(run)
    return run


def note_trouble(run: Run, sentence: str) -> None:
    """Say on a running run why it is slow; "" takes it back."""
    running = Run.objects.filter(pk=run.pk, state=RunState.RUNNING).exclude(reason=sentence)
    if running.update(reason=sentence[:1000]):
        feed.announce(run.pk)


def start_demo(owner: User | None = None, budget: int = DEMO_BUDGET) -> Run:
    """Start the demo run: the paper's square seed program and its three commit messages.

    Raises:
        ValueError: a ``budget`` [children] that no run may have.
    """
    square = SeedProgram.objects.filter(bundled=True, name="square", deleted_at=None).first()
    source = get_domain("sodarace").seed_programs["square"].source
    with transaction.atomic():
        run = create_run(
            config=RunConfig(budget=budget),
            seed_program=square,
            source=source,
            name="Demo: the square learns to walk",
            owner=owner,
        )
        return start(run)


def _refuse_command(run: Run, verb: str) -> None:
    if run.driver == Driver.COMMAND:
        raise IllegalTransition(
            f"cannot {verb} run {run.pk}: `manage.py evolve` drives it; stop it, or let it finish"
        )


def _check_quota(run: Run) -> None:
    """Refuse one more run of this owner's; locks the owner, so that two at a time count."""
    if run.owner_id is None or run.trial_of_id is not None:
        return
    owner = User.objects.select_for_update().get(pk=run.owner_id)
    going = Run.objects.filter(owner=owner, state=RunState.RUNNING, trial_of=None)
    quotas.check_runs(owner, going.exclude(pk=run.pk).count())


def _cancel_mutations(run: Run) -> None:
    waiting = Job.objects.filter(run=run, kind=Job.Kind.MUTATE)
    waiting.filter(state__in=[Job.State.QUEUED, Job.State.LEASED]).update(
        state=Job.State.CANCELLED, lease_until=None, finished_at=timezone.now()
    )


def _move(
    run: Run, sources: set[RunState], target: RunState, verb: str, actor: User | None = None
) -> Run:
    """Change the state, with the time it ran and a note of who did it."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.state not in sources:
            raise IllegalTransition(
                f"cannot {verb} run {run.pk}: it is {run.state}, "
                f"this needs {' or '.join(sorted(sources))}"
            )
        before, now = run.state, timezone.now()
        if run.resumed_at:
            run.elapsed += (now - run.resumed_at).total_seconds()
        run.state, run.reason = target, ""  # what slowed it down is over
        run.resumed_at = now if target == RunState.RUNNING else None
        run.finished_at = now if run.is_over else None
        run.save(update_fields=["state", "reason", "elapsed", "resumed_at", "finished_at"])
        Intervention.objects.create(
            run=run, seq=run.last_seq, kind=verb, before=before, after=run.state, actor=actor
        )
        feed.announce(run.pk)
    return run
