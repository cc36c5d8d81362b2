"""The whole loop in one call, without Celery or a server: what ``manage.py evolve`` does.

It repeats: which batch sees which map is fixed. While batch t is evaluated in another process the
model makes batch t+1 from the map as it was after batch t-1, and only then is t recorded.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from django.utils import timezone

from archive.models import Child, Run, RunState
from archive.services import planning, recording, registry, repeats, runs
from archive.services.recording import Candidacy
from simulation.evaluate import Evaluation
from simulation.pool import EvaluationPool
from workers.mutation.operator import Operator, health_of

SIGN_S = 30.0  # [s] between signs of life while a model is away


class SeedProgramFailed(ValueError):
    """The seed program gives no walker, so there is nothing to evolve."""


def evolve(
    run: Run, operator: Operator, pool: EvaluationPool, *, on_batch: Callable[[int], None]
) -> Run:
    """Run a draft to its end; ``on_batch`` hears the number of children after each batch.

    Raises:
        SeedProgramFailed: with the reason; the run's state is then failed.
        SandboxUnavailable: programs cannot be run safely on this machine.
    """
    now = timezone.now()
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, resumed_at=now, seen_at=now)
    if run.last_seq < 0:  # a fork has its first children already
        _seed(run, pool)
    done = 0
    waiting: _Waiting | None = None
    while True:
        run.refresh_from_db()
        if run.state == RunState.STOPPED:  # somebody stopped it from a page
            break
        size = planning.batch_size(run)
        fresh = _propose(run, operator, size) if size > 0 else None
        if waiting is not None:
            done += len(waiting.record(run))
            on_batch(done)
        if fresh is None:
            break
        Run.objects.filter(pk=run.pk).update(
            planned=run.planned + size, batches=run.batches + 1, seen_at=timezone.now()
        )
        waiting = _Waiting(run, fresh, pool)
    return _close(run)


class _Waiting:
    """A batch under evaluation."""

    def __init__(self, run: Run, candidacies: Sequence[Candidacy], pool: EvaluationPool) -> None:
        self.candidacies = candidacies
        tried = recording.already_tried(run, candidacies)
        self.slots = [
            slot
            for slot, (given, again) in enumerate(zip(candidacies, tried, strict=True))
            if given.source is not None and not again
        ]
        sources = [str(candidacies[slot].source) for slot in self.slots]
        self.pool = pool
        self.future = pool.submit(sources, run.rng_seed)

    def record(self, run: Run) -> list[Child]:
        evaluations: list[Evaluation | None] = [None] * len(self.candidacies)
        for slot, evaluation in zip(self.slots, self.future.result(), strict=True):
            evaluations[slot] = evaluation
        evaluations = _checked(run, self.candidacies, evaluations, self.pool)
        return recording.record(run.pk, self.candidacies, evaluations)


def _checked(
    run: Run,
    candidacies: Sequence[Candidacy],
    evaluations: Sequence[Evaluation | None],
    pool: EvaluationPool,
) -> list[Evaluation | None]:
    return repeats.with_second_runs(
        run, candidacies, evaluations, lambda given: pool.run_again(given, run.rng_seed).result()
    )


def _seed(run: Run, pool: EvaluationPool) -> None:
    seed = runs.seed_candidacy(run)
    (evaluation,) = pool.submit([str(seed.source)], run.rng_seed).result()
    (child,) = recording.record(run.pk, [seed], _checked(run, [seed], [evaluation], pool))
    if child.fitness is None:
        reason = f"the seed program gives no walker: {child.reason}"
        runs.fail(run, reason)
        raise SeedProgramFailed(reason)


def _propose(run: Run, operator: Operator, size: int) -> list[Candidacy] | None:
    """Return the next batch; None when somebody stopped the run while its model was away."""
    batch = planning.select_batch(run, run.batches, size)
    while True:
        while (wait := health_of(operator).wait_s) > 0:
            time.sleep(min(wait, SIGN_S))
            going_on = Run.objects.filter(pk=run.pk).exclude(state=RunState.STOPPED)
            if not going_on.update(seen_at=timezone.now()):
                return None
        was_away = not health_of(operator).ok
        proposals = operator.propose(batch.requests, rng_seed=batch.rng_seed)
        if not was_away or health_of(operator).ok:
            break  # else still away: only the batch that found out costs budget
    version = registry.version_of(batch.model) or operator.version
    return planning.candidacies_of(batch, proposals, operator=operator.name, model=version)


def _close(run: Run) -> Run:
    """Finish the run unless somebody stopped it; only here and in ``runs`` its state changes."""
    with suppress(runs.IllegalTransition):
        run = runs.finish(run)
    run.refresh_from_db()
    return run


def children_hash(run: Run) -> str:
    """Return one SHA-256 over all children: program, parent, message, outcome, fitness, cell."""
    digest = hashlib.sha256()
    fields = (
        "seq", "parent__seq", "operator", "commit_message", "outcome", "program__sha256",
        "fitness", "cell", "placement", "trajectory_hash",
    )  # fmt: skip
    rows = Child.objects.filter(run=run).order_by("seq").values_list(*fields)
    for row in rows.iterator(chunk_size=2000):
        digest.update(json.dumps(row).encode() + b"\n")
    return digest.hexdigest()
