"""``manage.py sandbox``: what scripts rely on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.sandbox import Tier

from .conftest import GOOD

ROOT = Path(__file__).parent.parent.parent


def manage(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "sandbox", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture
def programs(tmp_path: Path) -> list[Path]:
    """One program for each way a file may be."""
    sources = {
        "good": GOOD.encode(),
        "raises": b"def f():\n    raise ValueError('\x1b[31mno\x00')\n".replace(b"\x00", b"\\0"),
        "binary": b"\x7fELF\xff\xfe\x00",
        "huge": b"#" * 70000,
        "empty": b"",
        "marked": b"\xef\xbb\xbf" + GOOD.encode(),
    }
    paths = []
    for name, data in sources.items():
        paths.append(tmp_path / f"{name} file.py")
        paths[-1].write_bytes(data)
    return paths


def test_one_json_object_a_program(programs: list[Path]) -> None:
    done = manage(*programs, "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert done.stderr == ""
    assert all(set(answer) == {"file", "status", "message", "value"} for answer in answers)
    assert [answer["file"] for answer in answers] == [str(path) for path in programs]
    statuses = [answer["status"] for answer in answers]
    assert statuses == ["ok", "error", "error", "too_large_source", "error", "ok"]
    assert len(answers[0]["value"]["joints"]) == 3
    assert answers[1]["message"].startswith("line 2: ValueError: ")
    assert "not UTF-8" in answers[2]["message"]
    assert answers[2]["value"] is None


def test_one_line_a_program_for_people(programs: list[Path]) -> None:
    done = manage(*programs[:2])
    first, second = done.stdout.splitlines()
    assert done.returncode == 0
    assert "good file.py: ok: 3 joints, 3 muscles" in first
    assert "raises file.py: error: line 2: ValueError: " in second
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give the programs to run"),
        (["no such file.py"], "no such file.py: no such file"),
        (["/tmp"], "/tmp: "),
        (["--check", "manage.py"], "--check takes no programs"),
        (["--wrong"], "--wrong"),
    ],
)
def test_wrong_arguments_are_one_line_and_exit_two(arguments: list[str], words: str) -> None:
    done = manage(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_check_explains_the_tier_and_every_layer() -> None:
    done = manage("--check")
    tier = done.stdout.partition(":")[0]
    assert done.returncode == (tier == Tier.REFUSED)
    for word in ("system-call filter", "Landlock", "namespaces", "limits"):
        assert word in done.stdout


def test_check_prints_the_report_as_json() -> None:
    report = json.loads(manage("--check", "--json").stdout)
    assert report["tier"] in list(Tier)
    assert set(report["layers"]) == {"seccomp", "landlock", "namespaces", "limits"}
