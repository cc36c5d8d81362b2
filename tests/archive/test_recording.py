"""Recording: one sequence of numbers, a map that equals the fold, nothing counted twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from archive.live import RunView
from archive.models import Cell, Child, Job, Program
from archive.services import jobs, recording
from simulation.outcome import Outcome
from tests.archive.factories import add_children, candidacy, evaluated, leased_job, make_run

pytestmark = pytest.mark.django_db


def test_children_are_numbered_in_order_and_the_map_equals_their_fold():
    run = make_run()
    add_children(run, [((1, 1, 1), 2.0), ((1, 1, 1), 3.0), ((9, 9, 9), 1.0), ((1, 1, 1), 3.0)])
    assert list(run.children.values_list("seq", flat=True)) == [0, 1, 2, 3, 4]
    assert [c.placement for c in run.children.all()] == [
        "new",
        "new",
        "improved",
        "new",
        "rejected",
    ]
    assert recording.check_map(run) is None


class RandomHistories(HypothesisTestCase):
    @settings(max_examples=20)
    @given(
        st.lists(st.lists(st.tuples(st.floats(0, 12), st.floats(0, 100)), max_size=5), max_size=6)
    )
    def test_rebuilding_any_history_gives_the_stored_map(self, batches):
        run = make_run()
        for batch in batches:
            add_children(run, [((x, 0.0, 0.0), fitness) for x, fitness in batch])
        before = list(Cell.objects.filter(run=run).order_by("index").values_list("index", "seq"))
        assert recording.check_map(run) is None
        recording.rebuild_map(run)
        assert recording.check_map(run) is None
        after = list(Cell.objects.filter(run=run).order_by("index").values_list("index", "seq"))
        assert after == before


def test_a_damaged_map_is_found_and_rebuilt():
    run = make_run()
    add_children(run, [((1, 1, 1), 2.0)])
    Cell.objects.filter(run=run, seq=1).update(fitness=99.0)
    assert "fold says" in recording.check_map(run)
    recording.rebuild_map(run)
    assert recording.check_map(run) is None


def test_a_result_comes_in_only_once():
    run = make_run()
    job = leased_job(run)
    given = [candidacy()]
    assert len(recording.record(run.pk, given, [evaluated((1, 1, 1), 1.0)], job=job)) == 1
    assert recording.record(run.pk, given, [evaluated((1, 1, 1), 1.0)], job=job) == []
    run.refresh_from_db()
    assert run.last_seq == 1
    assert run.children.count() == 2


def test_a_worker_whose_lease_was_taken_over_records_nothing():
    run = make_run()
    first = leased_job(run)
    Job.objects.filter(pk=first.pk).update(lease_until=first.created_at)
    second = jobs.claim(first.pk)
    assert second is not None
    assert recording.record(run.pk, [candidacy()], [evaluated((1, 1, 1), 1.0)], job=first) == []
    assert (
        len(recording.record(run.pk, [candidacy()], [evaluated((1, 1, 1), 1.0)], job=second)) == 1
    )


def test_the_same_program_is_counted_as_a_duplicate_and_not_placed():
    run = make_run()
    twice = [candidacy("a = 1\n"), candidacy("a = 1\n")]
    children = recording.record(run.pk, twice, [evaluated((1, 1, 1), 1.0), None])
    assert [c.outcome for c in children] == [Outcome.EVALUATED, Outcome.DUPLICATE]
    again = recording.record(run.pk, twice[:1], [evaluated((1, 1, 1), 9.0)])
    assert again[0].outcome == Outcome.DUPLICATE
    assert Program.objects.filter(source="a = 1\n").count() == 1
    assert recording.check_map(run) is None


def test_a_completion_that_ended_early_is_stored_with_its_sentence():
    run = make_run()
    ended = candidacy()
    ended = recording.Candidacy(
        operator="diff", outcome=Outcome.NO_DIFF, reason="It wrote nothing.", completion="…"
    )
    (child,) = recording.record(run.pk, [ended], [None])
    stored = Child.objects.get(pk=child.pk)
    assert (stored.outcome, stored.reason, stored.program) == ("no_diff", "It wrote nothing.", None)


def test_measures_outside_the_bounds_hold_an_edge_cell():
    run = make_run()
    (child,) = add_children(run, [((99.0, 99.0, 999.0), 1.0)])
    assert child.cell == 1727


def test_statistics_count_what_was_recorded():
    run = make_run()
    add_children(run, [((1, 1, 1), 2.0), ((1, 1, 1), 1.0)])
    recording.record(run.pk, [recording.Candidacy(operator="diff", outcome="no_diff")], [None])
    view = RunView(run)
    view.advance()
    stats = view.stats
    assert (stats.children, len(stats.cells), stats.max_fitness) == (3, 2, 2.0)
    assert stats.qd_score == pytest.approx(3.0)
    assert stats.valid_rate == pytest.approx(2 / 3)
    assert dict(stats.outcomes) == {"evaluated:new": 1, "evaluated:rejected": 1, "no_diff": 1}


def test_frames_bring_a_page_to_the_state_of_a_fresh_snapshot():
    run = make_run()
    view = RunView(run)
    page = {cell[0]: cell for cell in view.snapshot()["cells"]}
    seq = view.stats.seq
    for batch in ([((1, 1, 1), 2.0)], [((1, 1, 1), 3.0), ((9, 9, 9), 1.0)], []):
        add_children(run, batch)
        frame = view.frame(since=seq)
        assert frame["from"] == seq
        seq = frame["seq"]
        page.update({cell[0]: cell for cell in frame["cells"]})
    assert sorted(page.values()) == RunView(run).snapshot()["cells"]
