"""Everything that changes the archive. Pages, consumers, tasks and commands call these."""

import logging
from datetime import timedelta

from django.utils import timezone

from archive.models import Driver, Job, Run, RunState
from archive.services import jobs, trainings
from archive.services.checks import (
    delete_seed_program,
    request_bundled,
    request_check,
    restore_seed_program,
    save_seed_program,
)
from archive.services.planning import top_up
from archive.services.runs import (
    IllegalTransition,
    create_run,
    fail,
    pause,
    resume,
    start,
    start_demo,
    stop,
)
from archive.services.terrains import delete_terrain, restore_terrain, save_terrain

__all__ = [
    "IllegalTransition",
    "create_run",
    "delete_seed_program",
    "delete_terrain",
    "fail",
    "pause",
    "reap",
    "request_check",
    "restore_seed_program",
    "restore_terrain",
    "resume",
    "save_seed_program",
    "save_terrain",
    "start",
    "start_demo",
    "stop",
]

log = logging.getLogger(__name__)

COMMAND_SILENT = timedelta(minutes=5)  # far longer than any batch takes


def reap() -> int:
    """Bring back what dead processes held and keep every running run going; call it often.

    Returns:
        How many jobs were sent (again).
    """
    worn_out = Job.objects.filter(state=Job.State.QUEUED, attempt__gte=jobs.MAX_ATTEMPTS)
    for job in worn_out.select_related("run", "training"):
        reason = f"{job.kind} job {job.pk} failed {job.attempt} times; see the worker's log"
        if not worn_out.filter(pk=job.pk).update(state=Job.State.FAILED):
            continue
        if job.run is not None:
            fail(job.run, reason)
        elif job.kind == Job.Kind.TRAIN and job.training is not None:
            trainings.fail(job.training, reason)
    silent = timezone.now() - COMMAND_SILENT
    for run in Run.objects.filter(
        state=RunState.RUNNING, driver=Driver.COMMAND, seen_at__lt=silent
    ):
        fail(run, "the command that drove it ended without a word")
    sent = jobs.release_stale() + request_bundled()
    running = Run.objects.filter(state=RunState.RUNNING, driver=Driver.WORKERS)
    for run_id in running.values_list("pk", flat=True):
        top_up(run_id)
    trainings.advance()
    return sent
