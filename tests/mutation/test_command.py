"""``manage.py mutate``: its JSON, its exit codes."""

import json

import pytest
from django.core.management import CommandError, call_command

from simulation.domains import get_domain

KEYS = [
    "file", "samples", "applied", "valid", "valid_within_tries", "novel", "cpu_seconds", "children",
]  # fmt: skip


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "walker.py"
    path.write_text(get_domain("sodarace").seed_programs["square"].source)
    return path


def test_each_file_gives_one_json_object(program, capsys):
    call_command("mutate", str(program), str(program), samples=5, backend="scripted", json=True)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 2
    for row in rows:
        assert list(row) == KEYS
        assert row["file"] == str(program)
        assert 0 < row["valid"] <= row["applied"] <= row["samples"] == 5
        assert row["valid"] <= row["valid_within_tries"] <= 5
        assert len(row["children"]) == 5
        assert set(row["children"][0]) == {"diff", "source", "outcome"}
        assert row["children"][0]["outcome"] == "evaluated"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{file}", "--samples", "0"], "--samples"),
        (["{file}", "--temperature", "-1"], "temperature"),
        (["{file}", "--backend", "nobody"], "nobody"),
        (["no-such-file.py"], "no-such-file.py"),
    ],
)
def test_wrong_arguments_end_with_status_2_and_one_line(program, arguments, said):
    filled = [a.format(file=program) for a in arguments]
    with pytest.raises(CommandError, match=said) as caught:
        call_command("mutate", *filled)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
