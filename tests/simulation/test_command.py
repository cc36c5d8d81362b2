import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.seeds import SEED_PROGRAMS

KEYS = "file outcome reason fitness measures joints muscles trajectory_hash"
ROOT = Path(__file__).parents[2]


def evaluate(*args: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "manage.py", "evaluate", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)


@pytest.fixture
def programs(tmp_path):
    sources = {"square": SEED_PROGRAMS["square"].source, "broken": "def make_walker(:\n"}
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)
    return [str(tmp_path / f"{name}.py") for name in sources]


def test_each_file_is_one_json_object_with_the_agreed_keys(programs):
    done = evaluate(*programs, "--json", "--terrain", "hills:0.2:1")
    assert done.returncode == 0, done.stderr
    square, broken = map(json.loads, done.stdout.splitlines())
    assert " ".join(square) == " ".join(broken) == KEYS
    assert (square["file"], square["outcome"]) == (programs[0], "evaluated")
    assert list(square["measures"]) == ["height", "width", "mass"]
    assert (square["joints"], square["muscles"]) == (5, 8)
    assert (broken["outcome"], broken["fitness"], broken["measures"]) == (
        "syntax_error",
        None,
        None,
    )


def test_people_get_a_table(programs):
    done = evaluate(*programs)
    assert done.returncode == 0
    assert "It went 11.6 units in 10 s." in done.stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["nowhere.py"], "nowhere.py does not exist"),
        (["tests"], "tests is not a file"),
        (["manage.py", "--terrain", "swamp"], "unknown terrain 'swamp'"),
        ([sys.executable], "not a text file"),
    ],
)
def test_wrong_arguments_are_one_line_and_status_2(args, words):
    done = evaluate(*args, "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
