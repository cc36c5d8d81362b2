"""``manage.py bugfix``: its JSON, what it keeps, its exit codes."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from workers.benchmark.measure import measure

KEYS = [
    "operator", "version", "task", "bugs", "trials", "solved", "rate", "interval", "cpu_seconds",
    "answers", "programs", "endings", "temperature", "rng_seed",
]  # fmt: skip


@pytest.fixture
def bugfix(tmp_path):
    """Run the command on a file of its own and return what it printed, a row a line."""

    def run(*args: str) -> list[dict]:
        printed = StringIO()
        out = str(tmp_path / "rows.json")
        call_command("bugfix", "--json", "--out", out, *args, stdout=printed)
        return [json.loads(line) for line in printed.getvalue().splitlines()]

    return run


def test_each_task_gives_one_json_object(bugfix):
    rows = bugfix("--operator", "tiny_gp", "--operator", "scripted", "--trials", "200",
                  "--samples", "3", "--task", "quadratic", "--task", "4-parity:5")  # fmt: skip
    assert [list(row) for row in rows] == [KEYS] * 6
    assert [(row["operator"], row["task"], row["bugs"], row["trials"]) for row in rows] == [
        ("tiny_gp", "quadratic", 1, 200),
        ("tiny_gp", "quadratic", 2, 200),
        ("tiny_gp", "4-parity", 5, 200),
        ("scripted", "quadratic", 1, 3),
        ("scripted", "quadratic", 2, 3),
        ("scripted", "4-parity", 5, 3),
    ]
    for row in rows:
        low, high = row["interval"]
        assert low <= row["rate"] == row["solved"] / row["trials"] <= high
        assert sum(row["endings"].values()) == row["trials"]


def test_a_run_that_was_killed_goes_on_after_the_last_row(bugfix, tmp_path, monkeypatch):
    options = ("--operator", "tiny_gp", "--trials", "100", "--task", "quadratic")
    done = []

    def killed_at_the_second(*args):
        if done:
            raise KeyboardInterrupt
        done.append(args)
        return measure(*args)

    command = "elmweb.management.commands.bugfix.measure"
    monkeypatch.setattr(command, killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        bugfix(*options)
    kept = json.loads((tmp_path / "rows.json").read_text())
    assert [row["bugs"] for row in kept] == [1]

    measured = []
    monkeypatch.setattr(
        command, lambda task, *rest: measured.append(task.label) or measure(task, *rest)
    )
    rows = bugfix(*options)
    assert measured == ["quadratic:2"]
    assert rows[0] == kept[0]
    assert bugfix(*options) == rows
    assert measured == ["quadratic:2"]


def test_other_settings_are_measured_anew(bugfix):
    base = ("--operator", "tiny_gp", "--task", "quadratic:1", "--trials", "300")
    assert bugfix(*base)[0]["rng_seed"] == 0
    [again] = bugfix(*base, "--rng-seed", "1")
    assert again["rng_seed"] == 1
    [more] = bugfix("--operator", "tiny_gp", "--task", "quadratic:1", "--trials", "400")
    assert more["trials"] == 400


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--operator", "nobody"], "nobody"),
        (["--operator", "scripted", "--temperature", "0"], "temperature"),
        (["--task", "5-parity"], "5-parity"),
        (["--trials", "0"], "--trials"),
        (["--samples", "-1"], "--samples"),
    ],
)
@pytest.mark.django_db  # models that people added are looked up
def test_wrong_arguments_end_with_status_2_and_one_line(bugfix, arguments, said):
    with pytest.raises(CommandError, match=said) as caught:
        bugfix(*arguments)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)


def test_a_file_of_something_else_is_not_overwritten(bugfix, tmp_path):
    path = tmp_path / "rows.json"
    path.write_text("my notes")
    with pytest.raises(CommandError, match=r"rows\.json") as caught:
        bugfix("--operator", "tiny_gp", "--trials", "10")
    assert caught.value.returncode == 2
    assert path.read_text() == "my notes"
