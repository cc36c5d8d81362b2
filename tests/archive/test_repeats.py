"""Programs are run twice before they become elites, and what does not repeat is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from archive.models import Child, Job
from archive.services import recording
from archive.services.repeats import with_second_runs
from simulation.evaluate import SecondRun
from simulation.sandbox import SandboxPool, SandboxUnavailable, Tier, Verdict
from tests.archive.factories import candidacy, evaluated, make_run
from workers import tasks

pytestmark = pytest.mark.django_db


def seen_twice(run, placed, came_to=SecondRun.SAME):
    """Record a batch; return the children, and what was run a second time."""
    given = [candidacy() for _ in placed]
    asked = []

    def run_again(programs):
        asked.extend(source for source, _ in programs)
        return [came_to] * len(programs)

    evaluations = [evaluated(measures, fitness) for measures, fitness in placed]
    checked = with_second_runs(run, given, evaluations, run_again)
    return recording.record(run.pk, given, checked), [c.source for c in given], asked


def test_only_what_would_change_the_map_is_run_again():
    run = make_run()
    placed = [((1, 1, 1), 2.0), ((1, 1, 1), 1.0), ((5, 5, 30), 0.5), ((1, 1, 1), 3.0)]
    children, sources, asked = seen_twice(run, placed)
    assert asked == [sources[0], sources[3]]
    assert [c.details.get("second_run") for c in children] == ["same", None, None, "same"]


def test_a_batch_without_walkers_asks_nothing():
    run = make_run()
    assert with_second_runs(run, [candidacy()], [None], lambda programs: 1 / 0) == [None]


@pytest.mark.parametrize("came_to", SecondRun)
def test_what_a_second_run_came_to_is_stored_with_the_child(came_to):
    (child,), _, _ = seen_twice(make_run(), [((1, 1, 1), 2.0)], came_to)
    child.refresh_from_db()
    assert child.details["second_run"] == came_to


class RandomBatches(HypothesisTestCase):
    @settings(max_examples=25)
    @given(
        st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=6), max_size=5)
    )
    def test_no_elite_goes_without_its_second_run(self, batches):
        run = make_run()
        for batch in batches:
            seen_twice(run, [((x * 3, 1.0, 1.0), float(fitness)) for x, fitness in batch])
        admitted = Child.objects.filter(run=run, placement__in=["new", "improved"], seq__gt=0)
        assert all("second_run" in child.details for child in admitted)
        rejected = Child.objects.filter(run=run, placement="rejected")
        assert not any("second_run" in child.details for child in rejected)


@pytest.mark.parametrize(
    ("came_to", "words"),
    [
        (SecondRun.OTHER, "it gave another walker"),
        (SecondRun.FAILED, "it gave no walker"),
        (SecondRun.SAME, "the same walker"),
    ],
)
def test_the_childs_page_says_what_a_second_run_came_to(came_to, words, admin_client):
    run = make_run()
    seen_twice(run, [((1, 1, 1), 2.0)], came_to)
    page = admin_client.get(f"/runs/{run.pk}/children/1/").content.decode()
    assert words in page
    assert ("does not do the same each time" in page) == (came_to is not SecondRun.SAME)


PROGRAM = """
import time

def make_walker():
    wc = walker_creator()
    ends = [wc.add_joint(x, y) for x, y in ((0, 0), (10, 0), (5, WOBBLE))]
    for n in range(3):
        wc.add_muscle(ends[n], ends[n - 1], False, 2.0, n / 3)
    return wc
"""


@pytest.mark.parametrize(
    ("y", "came_to"), [("8", "same"), ("8 + time.monotonic_ns() % 999983 / 1e7", "other")]
)
def test_the_evaluate_task_runs_elites_twice(y, came_to):
    run = make_run()
    given = candidacy(PROGRAM.replace("WOBBLE", y))
    job = Job.objects.create(
        kind="evaluate", payload={"candidacies": [vars(given)]}, run=run, children=1
    )
    try:
        tasks._sandbox().start()
    except SandboxUnavailable as unavailable:
        pytest.skip(str(unavailable))
    tasks.evaluate(job.pk)
    child = run.children.get(seq=1)
    assert child.outcome == "evaluated", child.reason
    assert child.details["second_run"] == came_to


class Away:
    """A sandbox service that cannot be asked."""

    slots = 1

    def __init__(self, report: dict) -> None:
        self._report = report

    def run(self, source: str, **options) -> Verdict:
        raise SandboxUnavailable("The sandbox service at tcp://x:1 cannot be reached", self._report)


def evaluate_with(sandbox, run, monkeypatch) -> Job:
    monkeypatch.setattr(tasks, "_sandbox", lambda: sandbox)
    uncached = getattr(tasks._evaluator, "__wrapped__", tasks._evaluator)  # keeps no sandbox
    monkeypatch.setattr(tasks, "_evaluator", uncached)
    job = Job.objects.filter(run=run, kind="evaluate").first() or Job.objects.create(
        kind="evaluate", payload={"candidacies": [vars(candidacy())]}, run=run, children=1
    )
    tasks.evaluate(job.pk)
    job.refresh_from_db()
    run.refresh_from_db()
    return job


def test_while_the_sandbox_is_away_the_job_waits_and_the_run_says_why(monkeypatch):
    """Eight such attempts used to end the run."""
    run = make_run()
    for _ in range(10):
        job = evaluate_with(Away({}), run, monkeypatch)
    assert (job.state, job.attempt, run.state) == ("queued", 0, "running")
    assert "cannot be reached" in run.reason
    assert not run.children.filter(seq__gt=0).exists()
    with SandboxPool() as sandbox:
        job = evaluate_with(sandbox, run, monkeypatch)
    assert (job.state, run.reason) == ("done", "")
    assert run.children.filter(seq=1).exists()


def test_where_programs_are_refused_the_run_ends_and_says_why(monkeypatch):
    run = make_run()
    evaluate_with(Away({"tier": str(Tier.REFUSED)}), run, monkeypatch)
    assert run.state == "failed"
    assert "cannot be run safely here" in run.reason
