"""What one person's runs and trainings may take."""

from datetime import timedelta

import pytest
from django.utils import timezone

from archive import services
from archive.models import Job, Run, RunState, TrainingState
from archive.services import planning, trainings
from archive.services.trainings import Slice
from elmweb.accounts import quotas
from elmweb.accounts.models import Usage
from elmweb.accounts.quotas import QuotaSpent
from tests.accounts.conftest import client_of
from tests.archive.factories import make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(settings):
    settings.QUOTAS = {"runs": 1, "children": 40, "training_hours": 1, "changes": 3}


def test_a_person_has_the_installations_quotas_or_their_own(small, people):
    people.anna.max_children = 7
    assert quotas.quotas_of(people.anna) == quotas.Quotas(1, 7, 1, 3)
    assert quotas.quotas_of(people.ada) == quotas.Quotas(None, None, None, None)


def test_one_run_too_many_is_refused_and_leaves_nothing_behind(small, people):
    assert client_of(people.anna).post("/runs/demo/").url.startswith("/runs/")
    answer = client_of(people.anna).post("/runs/demo/", follow=True)
    assert "1 at a time are allowed" in answer.content.decode()
    assert Run.objects.filter(owner=people.anna).count() == 1
    for _ in range(2):
        client_of(people.ada).post("/runs/demo/")
    assert Run.objects.filter(owner=people.ada, state=RunState.RUNNING).count() == 2


def test_a_paused_run_goes_on_only_when_there_is_room(small, people):
    first = services.start_demo(people.anna)
    services.pause(first)
    services.start_demo(people.anna)
    with pytest.raises(QuotaSpent, match="pause or stop one"):
        services.resume(first)
    answer = client_of(people.anna).post(f"/api/runs/{first.pk}/resume")
    assert answer.status_code == 409
    assert "ask an admin" in answer.json()["error"]


def test_children_beyond_todays_wait_for_tomorrow(small, people):
    run = make_run(budget=60)
    Run.objects.filter(pk=run.pk).update(owner=people.anna)

    def planned() -> int:
        run.refresh_from_db()
        return run.planned

    while (before := planned()) < 40:
        planning.top_up(run.pk)
        Job.objects.filter(run=run).update(state=Job.State.DONE)
        assert planned() > before
    planning.top_up(run.pk)
    assert planned() == 40
    assert run.state == RunState.RUNNING
    assert run.reason == "today's children are spent (40): it goes on after midnight UTC"
    Usage.objects.update(day=timezone.now().date() - timedelta(days=1))
    planning.top_up(run.pk)
    assert planned() == 60
    assert run.reason == ""


def test_a_run_without_a_limit_is_counted_and_not_held_up(small, people):
    run = make_run(budget=100)
    Run.objects.filter(pk=run.pk).update(owner=people.ada)
    for _ in range(10):
        planning.top_up(run.pk)
        Job.objects.filter(run=run).update(state=Job.State.DONE)
    run.refresh_from_db()
    assert run.state == RunState.FINISHED
    assert quotas.usage_of(people.ada).children == 100


def test_a_training_stops_when_todays_hours_are_spent(small, things, people):
    training = things.training
    training.state = TrainingState.RUNNING
    training.save()
    trainings.finish_slice(training, Slice({"seconds": 1800.0}))
    trainings.finish_slice(training, Slice({"seconds": 3000.0}))
    training.refresh_from_db()
    assert training.state == TrainingState.RUNNING
    trainings.finish_slice(training, Slice({"seconds": 3700.0}))
    training.refresh_from_db()
    assert training.state == TrainingState.STOPPED
    assert training.reason.startswith("today's training hours are spent (1 h)")
    with pytest.raises(QuotaSpent):
        trainings.resume(training)
    Usage.objects.all().delete()
    assert trainings.resume(training).state == TrainingState.QUEUED


def test_changes_in_quick_succession_are_asked_to_wait(small, things, people):
    anna, ada = client_of(people.anna), client_of(people.ada)
    pause = f"/api/runs/{things.run.pk}/pause"
    statuses = [anna.post(pause).status_code for _ in range(4)]
    assert statuses == [200, 409, 409, 429]
    refused = anna.post(pause)
    assert refused["Retry-After"] == "20"
    assert "try again in 20 seconds" in refused.json()["error"]
    assert [ada.post(pause).status_code for _ in range(5)] == [409] * 5
    assert anna.get("/").status_code == 200
