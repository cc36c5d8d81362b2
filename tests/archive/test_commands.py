"""``evolve`` repeats, in two processes at once too, and both commands refuse nonsense."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from archive.models import Run

ROOT = Path(__file__).parents[2]
KEYS = {
    "run", "children", "outcomes", "valid_rate", "runnable_rate", "novel_rate", "coverage",
    "qd_score", "max_fitness", "children_hash", "seconds",
}  # fmt: skip


def start(data: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "ELMWEB_DATA": str(data)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture(scope="module")
def evolved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict]]:
    """A fresh data folder and two runs of one rng seed, made at the same time."""
    data = tmp_path_factory.mktemp("data")
    arguments = ["evolve", "--seed-program", "square", "--evaluations", "40", "--rng-seed", "5"]
    both = [start(data, *arguments, "--json") for _ in range(2)]
    answers = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    return data, [json.loads(out) for out, _ in answers]


def test_two_runs_with_one_rng_seed_have_the_same_children(evolved):
    _, (one, other) = evolved
    assert one["children_hash"] == other["children_hash"]
    assert one["run"] != other["run"]


def test_the_summary_has_the_documented_keys_and_adds_up(evolved):
    _, (summary, _) = evolved
    assert summary.keys() == KEYS
    assert summary["children"] == sum(summary["outcomes"].values()) == 40
    assert summary["qd_score"] >= summary["max_fitness"] > 0


def test_the_map_of_a_run_equals_the_fold_of_its_children(evolved):
    data, (summary, _) = evolved
    check = start(data, "rebuild", str(summary["run"]), "--check")
    assert "equals the fold of 41 children" in check.communicate(timeout=60)[0]
    assert check.returncode == 0


SAVE = """
from archive.services import save_terrain
save_terrain("valley", [(-40, 0), (20, 0), (40, -9), (70, 0)])
"""


def test_commands_take_saved_terrains_by_name_and_evolve_takes_several(evolved):
    data, _ = evolved
    saved = start(data, "shell", "-c", SAVE)
    assert (saved.communicate(timeout=60), saved.returncode)[1] == 0
    arguments = ["--terrain", "valley", "--terrain", "hills:0.3", "--over", "min"]
    arguments += ["--fitness", "steady", "--evaluations", "8", "--json"]
    process = start(
        data, "evolve", "--backend", "random_gp", "--seed-program", "runner", *arguments
    )
    out, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    assert json.loads(out)["max_fitness"] > 0
    check = start(data, "rebuild", str(json.loads(out)["run"]), "--check")
    assert "equals the fold" in check.communicate(timeout=60)[0]
    file = "simulation/seeds/runner.py"
    on_it, on_flat = (
        json.loads(start(data, "evaluate", file, "--terrain", name, "--json").communicate()[0])
        for name in ("valley", "flat")
    )
    assert on_it["trajectory_hash"] != on_flat["trajectory_hash"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evolve", "--evaluations", "0"], "budget"),
        (["evolve", "--evaluations", "5", "--rng-seed", "-1"], "rng seed"),
        (["evolve", "--evaluations", "5", "--backend", "gpt"], "unknown model"),
        (["evolve", "--evaluations", "5", "--seed-program", "nobody.py"], "no such file"),
        (["evolve", "--evaluations", "5", "--message", "x"], "WEIGHT:TEXT"),
        (["evolve", "--evaluations", "5", "--terrain", "moon"], "unknown terrain 'moon'"),
        (["evolve", "--evaluations", "5", "--fitness", "speed"], "distance, signed_distance"),
        (["evolve", "--evaluations", "5", "--over", "max"], "mean or min"),
        (["rebuild", "99", "--check"], "there is no run 99"),
    ],
)
def test_wrong_arguments_end_with_2_and_a_sentence(arguments, words, tmp_path):
    process = start(tmp_path, *arguments)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert words in said
    assert "Traceback" not in said


@pytest.mark.django_db
def test_the_demo_makes_as_many_evaluations_as_were_asked_for():
    out = io.StringIO()
    call_command("demo", "--evaluations", "77", "--json", stdout=out)
    assert Run.objects.get(pk=json.loads(out.getvalue())["run"]).config["budget"] == 77
    with pytest.raises(CommandError, match="budget"):
        call_command("demo", "--evaluations", "0")
