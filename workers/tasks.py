"""Celery tasks: fetch by id, call the core, store. They may run twice and die anywhere."""

import logging
import threading
import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from celery import Task, shared_task
from celery.signals import worker_process_init, worker_ready
from django.db import transaction

from archive.config import RunConfig
from archive.models import Job
from archive.services import (
    checks,
    installs,
    jobs,
    model_store,
    planning,
    presence,
    processes,
    recording,
    registry,
    repeats,
    runs,
    trainings,
)
from archive.services.recording import Candidacy
from elmweb.celery import app as celery_app
from simulation.ahead import ahead
from simulation.domains import get_domain
from simulation.evaluate import Evaluation, Evaluator, SandboxLost, run_again
from simulation.outcome import Outcome
from simulation.sandbox import (
    RemoteSandbox,
    SandboxPool,
    SandboxUnavailable,
    Tier,
    open_sandbox,
)
from workers.mutation.backends import Health
from workers.mutation.operator import MutationRequest, health_of, load_operator

if TYPE_CHECKING:
    from workers.slices import Balance, Workshop

log = logging.getLogger(__name__)

SANDBOX_AWAY = "programs wait for the sandbox"  # how a run's reason begins meanwhile
SANDBOX_WAIT_S = 5.0
STORE_WAIT_S = 10.0  # until a bucket that is away is asked again


@worker_ready.connect
def _say_hello(sender: object, **kwargs: object) -> None:
    queues = {queue.name for queue in sender.task_consumer.queues}  # type: ignore[attr-defined]
    if "model" in queues:
        _write_one()
    for kind in presence.KINDS:
        if kind in queues:
            presence.keep_saying(kind)
    if "model" in queues:  # it works in its own process; evaluation has a pool, see below
        processes.keep_saying("model")


def _write_one() -> None:
    """Read the bundled weights and compile what writes with them before a job waits for it."""
    square = get_domain("sodarace").seed_programs["square"].source
    load_operator("bundled").propose([MutationRequest(square, "Warm up", 1)], rng_seed=0)


@worker_process_init.connect
def _warm_up(**kwargs: object) -> None:
    """Start the zygotes of a process that evaluates before its first job asks for them."""
    if "evaluate" in celery_app.amqp.queues.consume_from:
        threading.Thread(target=_start_sandbox, daemon=True).start()
        processes.keep_saying("evaluate")


def _start_sandbox() -> None:
    try:
        _sandbox().start()
    except SandboxUnavailable as error:
        log.warning("%s", error)  # the first job tells its run


@cache
def _sandbox() -> SandboxPool | RemoteSandbox:
    return open_sandbox()


def _evaluator(config: RunConfig) -> Evaluator:
    return Evaluator(_sandbox(), get_domain(config.domain), config.course)


@cache
def _workshop() -> "Workshop":
    from workers.slices import Workshop  # loads torch

    return Workshop()


@cache
def _balance() -> "Balance":
    from workers.slices import Balance

    return Balance()


@shared_task(bind=True)
def mutate(self: Task, job_id: int) -> None:
    """Ask the model for one batch of children and queue their evaluation."""
    with jobs.leased(job_id) as job:
        if job is None or job.run is None:
            return
        began = time.monotonic()
        config = RunConfig.from_json(job.run.config)
        batch = planning.select_batch(job.run, job.payload["batch"], job.children)
        try:
            if installs.fall_back(batch.model):
                log.info("%s writes no diffs: whole programs from now on", batch.model)
            spec, version = registry.loadable(batch.model), registry.version_of(batch.model)
            operator = load_operator(spec, temperature=config.temperature, tries=config.tries)
        except model_store.StoreAway as away:
            sentence = f"The model {batch.model} cannot be fetched: {away}."
            _wait(job, Health(False, sentence, STORE_WAIT_S))
            return
        except Exception as error:  # whatever a library raises, the person must hear of it
            log.exception("job %s: the model cannot be loaded", job.pk)
            runs.fail(job.run, f"the model {batch.model!r} cannot be loaded: {error}")
            return
        before = health_of(operator)
        if before.wait_s > 0:
            _wait(job, before)
            return
        proposals = operator.propose(batch.requests, rng_seed=batch.rng_seed)
        after = health_of(operator)
        if not before.ok and not after.ok:
            _wait(job, after)  # still away: only the batch that found out costs budget
            return
        if after.ok != before.ok or (after.ok and batch.model in job.run.reason):
            runs.note_trouble(job.run, after.sentence)
        candidacies = planning.candidacies_of(
            batch, proposals, operator=operator.name, model=version or operator.version
        )
        planning.hand_on(job, candidacies)
        _balance().spend(time.monotonic() - began)


def _wait(job: Job, health: Health) -> None:
    """Leave a model alone that does not answer, and say so on the run."""
    assert job.run is not None
    runs.note_trouble(job.run, health.sentence)
    jobs.postpone(job, max(health.wait_s, 1.0))


@shared_task(bind=True)
def train(self: Task, job_id: int) -> None:
    """Work on a fine-tuning for as long as its share allows, then let others have the model."""
    following: int | None = job_id
    while following is not None:
        following = _train_slice(following)


def _train_slice(job_id: int) -> int | None:
    """Do one slice; return the next one's job when the training is owed more time already."""
    with jobs.leased(job_id) as job:
        training = trainings.begin_slice(job) if job is not None else None
        if job is None or training is None:
            return None
        from workers.slices import label_of, tidy  # loads torch

        seconds, began = _balance().seconds_for(training), time.monotonic()
        if not seconds:
            trainings.pass_on(job)
            return None
        try:
            done = _workshop().work(
                training,
                seconds,
                label=label_of(job),
                should_stop=lambda: trainings.is_stopped(training),
            )
        except model_store.StoreAway as away:
            log.warning("training %s waits: %s", training.pk, away)
            _workshop().forget(training)
            jobs.postpone(job, STORE_WAIT_S)
            return None
        except (ValueError, OSError) as error:
            log.exception("training %s cannot go on", training.pk)
            trainings.fail(training, f"the training cannot go on: {error}")
            return None
        _balance().spent(training, time.monotonic() - began, is_over=done.is_over)
        kept = trainings.finish_slice(training, done, job)
        if kept is None:
            _workshop().forget(training)
            return None
        tidy(kept)
        return trainings.next_slice(kept) if _balance().owes(kept) else None


@shared_task(bind=True)
def probe(self: Task, job_id: int) -> None:
    """Run children of a model in training: how many are valid is a point of its curve."""
    with jobs.leased(job_id) as job:
        if job is None or job.training is None:
            return
        run = job.training.run
        config = RunConfig.from_json(run.config) if run else RunConfig(budget=1)
        evaluator = _evaluator(config)
        children = job.payload["children"]
        evaluations = [_judge(evaluator, source, rng_seed=0) for source, _ in children]
        valid = trainings.count_valid(evaluations, children)
        trainings.finish_probe(job.training, job.payload["step"], valid, job)


@shared_task(bind=True)
def evaluate(self: Task, job_id: int) -> None:
    """Run a batch's programs in the sandbox, simulate their bodies and record all of them."""
    with jobs.leased(job_id) as job:
        if job is None or job.run is None:
            return
        config = RunConfig.from_json(job.run.config)
        evaluator = _evaluator(config)
        if job.payload.get("seed"):
            candidacies = [runs.seed_candidacy(job.run)]
        else:
            candidacies = [Candidacy(**data) for data in job.payload["candidacies"]]
        tried = recording.already_tried(job.run, candidacies)
        rng_seed = job.run.rng_seed
        fresh = [
            None if again else given.source for given, again in zip(candidacies, tried, strict=True)
        ]
        try:
            with ahead(_sandbox(), [s for s in fresh if s is not None], rng_seed) as running:
                evaluator = replace(evaluator, sandbox=running)
                evaluations = [None if s is None else _judge(evaluator, s, rng_seed) for s in fresh]
            evaluations = repeats.with_second_runs(
                job.run,
                candidacies,
                evaluations,
                lambda given: [run_again(_sandbox(), *one, rng_seed) for one in given],
            )
        except SandboxUnavailable as error:
            if error.report.get("tier") == Tier.REFUSED:
                runs.fail(job.run, f"programs cannot be run safely here: {error}")
            else:
                log.warning("job %s waits: %s", job.pk, error)
                runs.note_trouble(job.run, f"{SANDBOX_AWAY}: {error}")
                jobs.postpone(job, SANDBOX_WAIT_S)
            return
        if job.run.reason.startswith(SANDBOX_AWAY):
            runs.note_trouble(job.run, "")
        with transaction.atomic():
            children = recording.record(job.run.pk, candidacies, evaluations, job=job)
            if job.payload.get("seed") and children and children[0].fitness is None:
                runs.fail(job.run, f"the seed program gives no walker: {children[0].reason}")
    planning.top_up(job.run.pk)


def _judge(evaluator: Evaluator, source: str, rng_seed: int) -> Evaluation:
    """Evaluate one program; one that breaks our own code must not take its whole batch along."""
    try:
        return evaluator.evaluate(source, rng_seed=rng_seed)
    except (SandboxLost, SandboxUnavailable):
        raise
    except Exception as error:
        log.exception("a program could not be judged:\n%s", source)
        reason = f"ELMWeb could not judge this program: {type(error).__name__}: {error}"
        return Evaluation(Outcome.CRASHED, reason)


@shared_task(bind=True)
def check(self: Task, job_id: int) -> None:
    """Run one program of a person, for the seeds page."""
    with jobs.leased(job_id) as job:
        if job is None:
            return
        evaluator = _evaluator(RunConfig(budget=1))
        try:
            evaluation = _judge(evaluator, job.payload["source"], rng_seed=0)
        except SandboxUnavailable as error:
            log.warning("check %s: %s", job.pk, error)
            reason = f"Programs cannot be run safely here: {error}"
            evaluation = Evaluation(Outcome.FORBIDDEN, reason)
        checks.finish_check(job, evaluation)
