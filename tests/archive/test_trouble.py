"""A model that does not answer: the run slows down, says why, and recovers; little is spent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from archive.models import Job, Run
from archive.services import jobs, local, planning
from tests.archive.factories import make_run
from workers import tasks
from workers.mutation.backends import HEALTHY, Health
from workers.mutation.backends.scripted import Scripted
from workers.mutation.operator import DiffOperator

pytestmark = pytest.mark.django_db
AWAY = "The model scripted is failing: it cannot be reached."


class Wavering(Scripted):
    """Is as well as the test says: before each call, and after it."""

    def __init__(self, before: Health, after: Health) -> None:
        super().__init__()
        self.health, self.after = before, after

    def complete(self, *args, **options):
        self.health = self.after
        return super().complete(*args, **options)


@pytest.fixture
def run() -> Run:
    run = make_run(models=(("scripted", 100.0),), budget=32)
    planning.top_up(run.pk)
    return run


def mutate(run: Run, monkeypatch, before: Health, after: Health) -> Job:
    operator = DiffOperator(Wavering(before, after), 0.8)
    monkeypatch.setattr(tasks, "load_operator", lambda spec, **options: operator)
    job = Job.objects.get(run=run, kind="mutate")
    tasks.mutate(job.pk)
    job.refresh_from_db()
    run.refresh_from_db()
    return job


def test_the_batch_that_finds_out_is_recorded_and_the_run_says_why(run, monkeypatch):
    job = mutate(run, monkeypatch, HEALTHY, Health(False, AWAY, 30.0))
    assert job.state == "done"
    assert run.reason == AWAY


@pytest.mark.parametrize("before", [Health(False, AWAY, 30.0), Health(False, AWAY, 0.0)])
def test_while_it_is_away_the_job_waits_and_costs_neither_budget_nor_attempts(
    run, monkeypatch, before
):
    job = mutate(run, monkeypatch, before, Health(False, AWAY, 30.0))
    assert (job.state, job.attempt) == ("queued", 0)
    assert run.reason == AWAY
    assert not Job.objects.filter(run=run, kind="evaluate").exists()
    due_in = job.sent_at + jobs.RESEND - timezone.now()
    assert timedelta(seconds=25) < due_in <= timedelta(seconds=30)


def test_it_goes_on_when_the_model_answers_again(run, monkeypatch):
    Run.objects.filter(pk=run.pk).update(reason=AWAY)
    job = mutate(run, monkeypatch, Health(False, AWAY, 0.0), HEALTHY)
    assert job.state == "done"
    assert run.reason == ""


def test_evolve_can_be_stopped_while_its_model_is_away(run, monkeypatch):
    model = Wavering(Health(False, AWAY, 45.0), HEALTHY)
    stop = Run.objects.filter(pk=run.pk)
    monkeypatch.setattr(local.time, "sleep", lambda seconds: stop.update(state="stopped"))
    assert local._propose(run, DiffOperator(model, 0.8), 4) is None


def test_evolve_waits_too_and_spends_nothing_meanwhile(run, monkeypatch):
    class Returning(Scripted):
        """Still away at the first question, back at the second."""

        health, asked = Health(False, AWAY, 45.0), 0

        def complete(self, *args, **options):
            self.asked += 1
            self.health = HEALTHY if self.asked == 2 else Health(False, AWAY, 5.0)
            return super().complete(*args, **options)

    model, slept = Returning(), []

    def sleep(seconds):
        slept.append(seconds)
        model.health = model.health._replace(wait_s=max(model.health.wait_s - seconds, 0.0))

    monkeypatch.setattr(local.time, "sleep", sleep)
    Run.objects.filter(pk=run.pk).update(seen_at=None)
    fresh = local._propose(run, DiffOperator(model, 0.8), 4)
    assert (len(fresh), model.asked) == (4, 2)
    assert slept == [30.0, 15.0, 5.0]
    run.refresh_from_db()
    assert run.seen_at is not None
