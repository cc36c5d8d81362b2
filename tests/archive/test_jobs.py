"""Jobs and the life of a run: leases, fences, budgets, states."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from archive import services
from archive.config import RunConfig
from archive.models import Intervention, Job, Run, RunState
from archive.services import jobs, planning, runs
from tests.archive.factories import SEED_SOURCE, add_children, leased_job, make_run

pytestmark = pytest.mark.django_db


def test_only_one_claim_wins():
    job = leased_job(make_run())
    assert jobs.claim(job.pk) is None


def test_an_expired_lease_can_be_taken_over_with_a_new_fence():
    job = leased_job(make_run())
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    taken = jobs.claim(job.pk)
    assert taken is not None
    assert taken.fence == job.fence + 1
    assert not jobs.finish(job)
    assert jobs.finish(taken)


def test_the_reaper_queues_what_a_dead_worker_held():
    job = leased_job(make_run())
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.release_stale()
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_a_job_that_fails_again_and_again_fails_its_run_with_a_reason():
    run = make_run()
    Job.objects.create(kind=Job.Kind.EVALUATE, payload={}, run=run, attempt=jobs.MAX_ATTEMPTS)
    services.reap()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "failed 8 times" in run.reason


def test_several_batches_are_planned_ahead_and_never_beyond_the_budget():
    run = make_run(budget=40, parents_per_batch=4)  # 16 a batch
    planning.top_up(run.pk)
    planned = list(Job.objects.filter(run=run, kind="mutate").values_list("children", flat=True))
    assert planned == [16, 16, 8]
    run.refresh_from_db()
    assert run.planned == 40
    planning.top_up(run.pk)
    assert Job.objects.filter(run=run, kind="mutate").count() == 3


def test_a_run_finishes_when_its_budget_is_spent_and_nothing_is_under_way():
    run = make_run(budget=16)
    planning.top_up(run.pk)
    Job.objects.filter(run=run).update(state=Job.State.DONE)
    planning.top_up(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.FINISHED
    assert run.finished_at is not None


def test_a_paused_run_hands_out_no_mutation_but_takes_results():
    run = make_run()
    planning.top_up(run.pk)
    services.pause(run)
    job = Job.objects.filter(run=run, kind="mutate").first()
    assert jobs.claim(job.pk) is None
    assert leased_job(run, Job.Kind.EVALUATE)
    services.resume(run)
    assert jobs.claim(job.pk) is not None


def test_stopping_cancels_the_mutations_that_wait():
    run = make_run()
    planning.top_up(run.pk)
    services.stop(run)
    assert set(Job.objects.filter(run=run).values_list("state", flat=True)) == {"cancelled"}


def test_what_a_person_does_is_written_down():
    run = make_run()
    services.pause(run)
    services.resume(run)
    services.stop(run)
    notes = Intervention.objects.filter(run=run).values_list("kind", "before", "after")
    assert list(notes) == [
        ("pause", "running", "paused"),
        ("resume", "paused", "running"),
        ("stop", "running", "stopped"),
    ]


@pytest.mark.parametrize("act", [services.pause, services.resume, services.stop, services.start])
def test_a_finished_run_refuses_every_action_with_a_sentence(act):
    run = make_run(state=RunState.FINISHED)
    with pytest.raises(services.IllegalTransition, match="it is finished"):
        act(run)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"budget": 0}, "from 1 to"),
        ({"budget": 10, "temperature": 0.0}, "temperature"),
        ({"budget": 10, "temperature": float("nan")}, "temperature"),
        ({"budget": 10, "messages": ()}, "commit messages"),
        ({"budget": 10, "messages": (("a", -1.0),)}, "weight"),
        ({"budget": 10, "messages": (("a", float("nan")),)}, "weight"),
        ({"budget": 10, "messages": (("a", 0.0),)}, "above 0"),
        ({"budget": 10, "messages": (("a\nb", 1.0),)}, "one line"),
        ({"budget": 10, "messages": (("a", 1.0), ("a", 2.0))}, "the same"),
        ({"budget": 10, "terrains": ("moon",)}, "unknown terrain"),
        ({"budget": 10, "terrains": ()}, "1 to 8 terrains, got 0"),
        ({"budget": 10, "terrains": ("flat", "flat")}, "there twice"),
        ({"budget": 10, "over": "max"}, "mean or min, got 'max'"),
        ({"budget": 10, "fitness": "speed"}, "use one of distance, signed_distance, steady"),
        ({"budget": 10, "domain": "chess"}, "domain"),
        ({"budget": 10, "parents": "best"}, "parents must be uniform or seed, got 'best'"),
    ],
)
def test_a_nonsensical_config_is_refused_with_a_sentence(fields, words):
    with pytest.raises(ValueError, match=words):
        RunConfig(**fields)


def test_a_config_survives_the_database():
    config = RunConfig(budget=7, messages=(("Add a leg", 2.5),))
    run = runs.create_run(config=config, source=SEED_SOURCE)
    assert RunConfig.from_json(Run.objects.get(pk=run.pk).config) == config


def test_parents_and_messages_of_a_batch_follow_from_seed_and_number():
    run = make_run()
    one, same = (planning.select_batch(run, 3, 16) for _ in range(2))
    assert one == same
    assert one.rng_seed != planning.select_batch(run, 4, 16).rng_seed
    assert sum(request.children for request in one.requests) == 16


def test_a_run_and_its_first_job_begin_together_or_not_at_all(monkeypatch):
    """A start that was killed between the two used to leave a run that waited for ever."""

    def killed(*args: object, **kwargs: object) -> None:
        raise SystemExit

    run = runs.create_run(config=RunConfig(budget=1), source=SEED_SOURCE)
    monkeypatch.setattr(jobs, "enqueue", killed)
    with pytest.raises(SystemExit):
        services.start(run)
    run.refresh_from_db()
    assert run.state == RunState.DRAFT


def test_a_run_that_a_command_drives_cannot_be_paused_and_ends_with_its_command():
    run = make_run()
    long_ago = timezone.now() - timedelta(hours=1)
    Run.objects.filter(pk=run.pk).update(driver="command", seen_at=long_ago)
    run.refresh_from_db()
    with pytest.raises(services.IllegalTransition, match="evolve"):
        services.pause(run)
    services.reap()
    run.refresh_from_db()
    assert (run.state, run.reason) == ("failed", "the command that drove it ended without a word")


def test_a_lease_outlives_an_error_of_the_database(monkeypatch):
    """One locked moment used to end the renewals, and the finished batch was thrown away."""
    import threading

    from django.db import OperationalError
    from django.db.models.query import QuerySet

    job = leased_job(make_run())
    stop, calls = threading.Event(), []

    def update(self: QuerySet, **values: object) -> int:
        calls.append(values)
        if len(calls) == 2:
            stop.set()
        raise OperationalError("database is locked")

    monkeypatch.setattr(jobs, "HEARTBEAT", 0.01)
    monkeypatch.setattr(QuerySet, "update", update)
    jobs._renew(job, stop)
    assert len(calls) == 2


def test_parents_are_drawn_uniformly_over_the_cells_in_one_known_stream():
    """Another stream would make other runs of the same rng seed."""
    run = make_run()
    add_children(run, [((15.0, 5.0, 30.0), 1.0), ((25.0, 5.0, 30.0), 1.0)])
    batch = planning.select_batch(run, 3, 16)
    rng = random.Random("1:3")
    assert [parent.seq for parent in batch.parents] == [rng.choice([0, 1, 2]) for _ in range(4)]


def test_without_an_archive_every_parent_is_the_seed_program():
    run = make_run(parents="seed")
    add_children(run, [((15.0, 5.0, 30.0), 9.0), ((5.0, 5.0, 30.0), 9.0)])
    batches = [planning.select_batch(run, number, 16) for number in range(4)]
    assert {parent.seq for batch in batches for parent in batch.parents} == {0}
    assert {request.parent for batch in batches for request in batch.requests} == {SEED_SOURCE}


@pytest.mark.parametrize("put_back", [timedelta(minutes=1), timedelta(days=1)])
def test_a_lease_of_before_the_clock_was_put_back_is_stale(put_back):
    """Such a job used to wait until the clock had come round to its lease again."""
    job = leased_job(make_run())
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() + jobs.LEASE + put_back)
    jobs.release_stale()
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert jobs.claim(job.pk) is not None


def test_a_job_sent_before_the_clock_was_put_back_is_sent_again():
    job = Job.objects.create(kind=Job.Kind.CHECK, payload={})
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now() + timedelta(hours=1))
    assert jobs.release_stale() == 1


def test_a_live_lease_is_left_alone():
    job = leased_job(make_run())
    assert jobs.release_stale() == 0
    job.refresh_from_db()
    assert job.state == Job.State.LEASED


def test_a_postponed_job_is_not_sent_before_its_time():
    job = leased_job(make_run())
    jobs.postpone(job, 60)
    assert jobs.release_stale() == 0
