"""Leased work: rows are the truth, the broker only carries their ids.

A task may be delivered twice or die at any point. Whoever wins the conditional update in ``claim``
holds the job until its lease runs out; ``fence`` counts the claims, and a result comes in only
with the fence of the last one. Redis' own redelivery is not relied on: it took 92 s when measured.
Leases begin and end by the database's clock, so those of several hosts need not agree.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from archive.models import Job, Run, RunState, Training, TrainingState
from archive.services import processes
from elmweb import logs
from elmweb.celery import app as celery_app

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=8)
HEARTBEAT = 2.0  # [s] between renewals of a lease
RESEND = timedelta(seconds=8)  # a job still queued after this long is sent again
MOST_POSTPONED = timedelta(minutes=10)
MAX_ATTEMPTS = 8
QUEUES = {
    Job.Kind.MUTATE: "model",
    Job.Kind.EVALUATE: "evaluate",
    Job.Kind.CHECK: "check",
    Job.Kind.TRAIN: "model",
    Job.Kind.PROBE: "evaluate",
}


def enqueue(
    kind: Job.Kind,
    payload: dict[str, Any],
    *,
    run: Run | None = None,
    training: Training | None = None,
    children: int = 0,
) -> Job:
    """Store a job and send its id once the transaction is through."""
    job = Job.objects.create(
        kind=kind, payload=payload, run=run, training=training, children=children
    )
    transaction.on_commit(lambda: send(job))
    return job


def send(job: Job) -> None:
    """Give the job's id to the broker; when the broker is away the reaper sends it later."""
    Job.objects.filter(pk=job.pk).update(sent_at=Now())
    try:
        celery_app.send_task(
            f"workers.tasks.{job.kind}",
            args=[job.pk],
            queue=QUEUES[Job.Kind(job.kind)],
            retry=False,
        )
    except (OperationalError, OSError) as error:
        log.warning("job %s waits: the broker does not answer (%s)", job.pk, error)


def claim(job_id: int) -> Job | None:
    """Take the job for one lease; None when it is done, held by another, or its run is paused.

    A slice of a training that was stopped is not taken either.
    """
    free = Q(state=Job.State.QUEUED) | _is_stale()
    # A subquery, not a join: PostgreSQL re-checks only the job's own row after waiting for it.
    running = Run.objects.filter(state=RunState.RUNNING).values("pk")
    goes_on = ~Q(kind=Job.Kind.MUTATE) | Q(run_id__in=running)
    live = Training.objects.filter(state__in=[TrainingState.QUEUED, TrainingState.RUNNING])
    trains_on = ~Q(kind=Job.Kind.TRAIN) | Q(training_id__in=live.values("pk"))
    taken = Job.objects.filter(free, goes_on, trains_on, pk=job_id).update(
        state=Job.State.LEASED,
        lease_until=Now() + LEASE,
        holder=processes.own_name(),
        claimed_at=Now(),
        fence=F("fence") + 1,
        attempt=F("attempt") + 1,
    )
    return Job.objects.select_related("run", "training").get(pk=job_id) if taken else None


def _is_stale() -> Q:
    """Leases that ran out, or that end later than any can: the clock was put back meanwhile."""
    over = Q(lease_until__lt=Now()) | Q(lease_until__gt=Now() + 2 * LEASE)
    return Q(state=Job.State.LEASED) & over


def finish(job: Job, *, result: dict[str, Any] | None = None) -> bool:
    """Close the job if this claim still holds it; False means that somebody else took it over."""
    held = Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.LEASED)
    return bool(
        held.update(
            state=Job.State.DONE, result=result, lease_until=None, finished_at=timezone.now()
        )
    )


def postpone(job: Job, seconds: float) -> None:
    """Queue a job again for later, through no fault of its own: the attempt does not count.

    Args:
        seconds: at most ``MOST_POSTPONED``.
    """
    later = min(timedelta(seconds=seconds), MOST_POSTPONED)
    held = Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.LEASED)
    held.update(
        state=Job.State.QUEUED,
        lease_until=None,
        attempt=F("attempt") - 1,
        sent_at=Now() + later - RESEND,  # when the reaper sends it
    )


@contextmanager
def leased(job_id: int) -> Iterator[Job | None]:
    """Claim a job and renew its lease in a thread for as long as the body runs."""
    job = claim(job_id)
    if job is None:
        yield None
        return
    stop = threading.Event()
    thread = threading.Thread(target=_renew, args=(job, stop), daemon=True)
    thread.start()
    try:
        with logs.about(job=job.pk, run=job.run_id, training=job.training_id):
            yield job
    finally:
        stop.set()
        thread.join()


def _renew(job: Job, stop: threading.Event) -> None:
    while not stop.wait(HEARTBEAT):
        held = Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.LEASED)
        try:
            held.update(lease_until=Now() + LEASE)
        except DatabaseError as error:  # a busy moment; the next renewal may still be in time
            log.warning("job %s: its lease was not renewed (%s)", job.pk, error)
            connection.close()
    connection.close()  # this thread's own


def release_stale() -> int:
    """Queue again what a dead worker held, send again what the broker lost; return how many."""
    returned = Job.objects.filter(_is_stale()).update(
        state=Job.State.QUEUED, lease_until=None, sent_at=None
    )
    if returned:
        log.warning("%d jobs are queued again: whoever held them is gone", returned)
        processes.count("lease_returns", returned)
    due = Q(sent_at=None) | Q(sent_at__lt=Now() - RESEND)
    unlikely = Q(sent_at__gt=Now() + MOST_POSTPONED)  # the clock was put back meanwhile
    waiting = Job.objects.filter(state=Job.State.QUEUED).filter(due | unlikely)
    waiting = waiting.filter(~Q(kind=Job.Kind.MUTATE) | Q(run__state=RunState.RUNNING))
    jobs = list(waiting[:500])
    for job in jobs:
        send(job)
    return len(jobs)
