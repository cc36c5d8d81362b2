"""Rows: what is counted, and that a seed repeats it."""

from dataclasses import replace

import pytest

from workers.benchmark import results
from workers.benchmark.bugs import QUADRATIC, Task, tasks_called
from workers.benchmark.judge import Judge
from workers.benchmark.measure import MESSAGE, OperatorWriter, Row, TinyGP, key_of, measure
from workers.mutation.backends.scripted import Scripted
from workers.mutation.operator import DiffOperator, MutationRequest, load_operator

ONE_BUG = Task(QUADRATIC, 1)
REPAIR = "=4|    return a*pow(x,2)+b*x+c"
OTHER_WAY = "=4|    return c+x*(b+a*x)"
WRONG = "=4|    return a*pow(x,2)+b*x-c"
UNKNOWN_NAME = "=4|    return a*pow(x,2)+b*x+d"
NO_EDIT = "let me think"


def writer(*completions: str) -> OperatorWriter:
    return OperatorWriter("scripted", DiffOperator(Scripted(completions), 0.8), 0.8)


def test_a_row_counts_how_each_trial_ended(judge: Judge):
    row = measure(ONE_BUG, writer(REPAIR, WRONG, OTHER_WAY, UNKNOWN_NAME, NO_EDIT), 100, 0, judge)
    assert row.endings == {
        "solved": 40, "wrong_answer": 20, "undefined_name": 20, "no_diff": 20,
    }  # fmt: skip
    assert (row.trials, row.solved, row.rate) == (100, 40, 0.4)
    assert row.interval == pytest.approx((0.3094, 0.4980), abs=1e-4)
    assert row.programs == 3
    assert row.answers == 100
    assert row.cpu_seconds > 0
    assert (row.operator, row.task, row.bugs, row.temperature) == ("scripted", "quadratic", 1, 0.8)


def test_an_operator_gets_the_buggy_program_and_the_papers_message(judge: Judge):
    asked = []

    class Listening:
        name = version = "listening"

        def propose(self, requests, *, rng_seed):
            asked.extend((request, rng_seed) for request in requests)
            return load_operator("scripted").propose(requests, rng_seed=rng_seed)

    measure(ONE_BUG, OperatorWriter("listening", Listening(), 0.8), 70, 0, judge)
    requests, seeds = zip(*asked, strict=True)
    assert {(r.parent, r.message) for r in requests} == {(ONE_BUG.source, "Fixed bugs.")}
    assert MESSAGE == "Fixed bugs."
    assert sum(r.children for r in requests) == 70
    assert len(set(seeds)) == len(seeds), "batches must not repeat each other"
    assert all(isinstance(r, MutationRequest) for r in requests)


def test_answers_that_a_mask_took_back_are_counted(judge: Judge):
    class TakenBack(Scripted):
        def complete(self, *args, **options):
            [written] = super().complete(*args, **options)
            return [[replace(completion, tries=3) for completion in written]]

    operator = DiffOperator(TakenBack([REPAIR]), 0.8)
    row = measure(ONE_BUG, OperatorWriter("scripted", operator, 0.8), 10, 0, judge)
    assert (row.trials, row.solved, row.answers) == (10, 10, 30)


def test_a_seed_repeats_a_row_and_another_one_does_not(judge: Judge):
    [task] = tasks_called("quadratic:1")

    def row(rng_seed: int) -> Row:
        return replace(measure(task, TinyGP(), 300, rng_seed, judge), cpu_seconds=0.0)

    first = row(7)
    assert row(7) == first
    assert row(8).endings != first.endings
    assert (
        first.endings["solved"]
        + sum(n for ending, n in first.endings.items() if ending != "solved")
        == 300
    )


def test_blind_mutation_is_not_gated_into_solving_anything(judge: Judge):
    """Programs that the gate ends would have failed in the sandbox as well."""
    [task] = tasks_called("4-parity:1")
    gated = [c for c in TinyGP().write(task, 300, 1) if c.ended]
    assert {c.ended for c in gated} == {"undefined_name", "does_not_apply"}
    for child in gated[:40]:
        assert judge.test(task.function, child.source) != "solved"


def test_the_key_of_a_row_is_known_before_it_is_measured(judge: Judge):
    blind = TinyGP()
    row = measure(ONE_BUG, blind, 50, 3, judge)
    assert row.key == key_of(blind, ONE_BUG, 50, 3)
    assert row.key != key_of(blind, ONE_BUG, 51, 3)
    assert row.key != key_of(blind, ONE_BUG, 50, 4)
    assert row.key != key_of(blind, Task(QUADRATIC, 2), 50, 3)


def a_row(**changes: object) -> Row:
    row = Row(
        "a", "a-1", "quadratic", 1, 10, 1, 0.1, (0.0, 0.4), 1.5, 10, 3, {"solved": 1}, None, 0
    )
    return replace(row, **changes)


def test_rows_come_back_from_a_file_as_they_were(tmp_path):
    path = tmp_path / "new" / "rows.json"
    rows = [a_row(), a_row(bugs=2, temperature=0.8), a_row(operator="b")]
    for row in rows:
        results.store(path, row)
    assert results.load(path) == rows
    assert list(path.parent.iterdir()) == [path]


def test_a_newer_row_of_an_operator_and_task_takes_the_place_of_the_older(tmp_path):
    path = tmp_path / "rows.json"
    for row in (a_row(), a_row(bugs=2), a_row(version="a-2", solved=5)):
        results.store(path, row)
    assert results.load(path) == [a_row(version="a-2", solved=5), a_row(bugs=2)]


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"operator": "a"}]', '{"a": 1}', "\xff"])
def test_a_file_of_something_else_is_refused_by_name_and_left_alone(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(results.BadResults, match=r"other\.json"):
        results.load(path)
    with pytest.raises(results.BadResults):
        results.store(path, a_row())
    assert path.read_bytes() == text.encode("latin-1")


def test_no_file_is_no_rows(tmp_path):
    assert results.load(tmp_path / "none.json") == []
