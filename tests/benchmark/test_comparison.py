"""Tables: measured figures beside published ones, and a document that says what the rows say."""

import json

import pytest

from archive.bugfix_rows import SHIPPED
from elmweb.management.commands.bugfix import DOCUMENT
from tests.benchmark.test_measure import a_row
from workers.benchmark import results
from workers.benchmark.bugs import TASKS
from workers.benchmark.comparison import agreement, compare, percent, rewrite_tables
from workers.benchmark.rates import wilson


def gp_row(bugs: int, solved: int, trials: int = 100_000):
    return a_row(
        operator="tiny_gp", task="4-parity", bugs=bugs, trials=trials, solved=solved,
        rate=solved / trials, interval=wilson(solved, trials),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0, "0 %"), (1, "100 %"), (0.283, "28.3 %"), (0.087, "8.7 %"), (0.0044, "0.44 %"),
        (0.00067, "0.067 %"), (0.00004, "0.0040 %"), (0.0000001, "0.0000 %"),
    ],
)  # fmt: skip
def test_shares_are_told_with_the_places_that_count(rate, text):
    assert percent(rate) == text


def test_measured_operators_come_first_and_missing_tasks_stay_open():
    lines = compare([a_row(operator="zebra"), gp_row(1, 440), a_row(operator="bundled")])
    assert [line.name for line in lines[:4]] == ["Tiny GP", "Bundled model", "zebra", "Tiny GP"]
    assert [line.group for line in lines[2:4]] == ["measured here", "Lehman et al. 2022"]
    assert lines[0].cells[0].percent == "0.44 %"
    assert lines[0].cells[1:] == (None,) * 6
    assert all(len(line.cells) == len(TASKS) for line in lines)


def test_the_papers_figures_are_there():
    [diff] = [line for line in compare([]) if line.name == "Diff model, 300M"]
    assert [cell.percent for cell in diff.cells] == [
        "8.7 %", "15.5 %", "12.2 %", "28.3 %", "0.75 %", "8.0 %", "10.7 %",
    ]  # fmt: skip


def test_agreement_is_asked_of_tiny_gp_at_the_papers_number_of_trials_only():
    rows = [gp_row(1, 440), gp_row(2, 200), gp_row(3, 2, trials=1000), a_row()]
    found = [(task.bugs, row.solved, theirs) for task, row, theirs, _ in agreement(rows)]
    assert found == [(1, 440, 440), (2, 200, 67)]
    chances = [chance for *_, chance in agreement(rows)]
    assert chances[0] == 1
    assert chances[1] < 1e-12


def test_tables_are_rewritten_between_their_comments_and_nowhere_else():
    page = "above\n<!-- tables -->\nold\n<!-- end of tables -->\nbelow\n"
    new = rewrite_tables(page, [gp_row(1, 440)])
    assert new.startswith("above\n<!-- tables -->\n| operator ")
    assert new.endswith("<!-- end of tables -->\nbelow\n")
    assert "old" not in new
    assert "| 4-parity, 1 bug | 440 | 440 | 1.00 |" in new
    assert rewrite_tables(new, [gp_row(1, 440)]) == new


def test_a_page_without_the_comments_is_refused():
    with pytest.raises(ValueError, match="tables"):
        rewrite_tables("no place for them", [])


def test_the_document_shows_the_rows_that_are_kept():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert rewrite_tables(text, results.load(SHIPPED)) == text


def test_the_kept_rows_of_tiny_gp_are_complete_and_agree_with_the_paper():
    found = agreement(results.load(SHIPPED))
    assert [task for task, *_ in found] == list(TASKS)
    assert all(chance > 0.05 for *_, chance in found)


def test_kept_rows_count_every_trial():
    for row in json.loads(SHIPPED.read_text()):
        assert sum(row["endings"].values()) == row["trials"]
        assert row["endings"].get("solved", 0) == row["solved"]
