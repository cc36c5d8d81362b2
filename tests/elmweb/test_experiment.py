"""``manage.py experiment``: made once, shared by processes, never mixed, and rightly added up."""

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from elmweb.management.commands.experiment import PAGE
from elmweb.paths import BASE_DIR
from workers.experiment import figures, measured, page, picture, published
from workers.experiment.measured import SERIES, Measured
from workers.experiment.plan import ARMS, HARVEST_SEED, PROGRAMS, Unit, units

EVALUATIONS = 40
TINY = ["--programs", "square", "--evaluations", str(EVALUATIONS)]


def experiment(out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "experiment", "--out", str(out), *arguments],
        cwd=BASE_DIR,
        # A data folder that cannot be the person's own shows that nothing is written there.
        env={**os.environ, "ELMWEB_DATA": str(out.parent / "persons-own")},
        capture_output=True,
        text=True,
        timeout=1200,
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def made(arm="bundled", program="square", rng_seed=0, *, qd=10.0, **fields) -> Measured:
    """A run of four children, half of them valid."""
    curve = {name: [1.0, 2.0, 2.0, 2.0] for name in SERIES}
    curve |= {"children": [1, 2, 3, 4], "qd_score": [qd / 4, qd / 2, qd, qd]}
    curve |= {"coverage": [0.1, 0.1, 0.2, 0.2]}
    base = "" if arm == "random_gp" else "bundled-1"
    defaults = {"model": f"{ARMS[arm].model}-1", "base": base, "temperature": 0.8}
    defaults |= {"world": "w", "children_hash": "h", "seconds": 1.0, "evaluations": 4}
    return Measured(arm, program, rng_seed, curve=curve, **{**defaults, **fields})


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run with random edits, made by the command."""
    folder = tmp_path_factory.mktemp("experiment") / "out"
    lines(experiment(folder, *TINY, "--arms", "random_gp", "--rng-seeds", "0", "--json"))
    return folder


def test_a_run_is_kept_with_its_curves_and_versions(out):
    [run] = measured.load(out / "data")
    assert run.unit == Unit("random_gp", "square", 0)
    assert (run.model, run.base, run.evaluations) == ("random_gp-1", "", EVALUATIONS)
    assert run.world
    assert run.curve["children"] == list(range(1, EVALUATIONS + 1))
    for name in ("coverage", "qd_score", "max_fitness", "valid", "runnable", "novel"):
        assert run.curve[name] == sorted(run.curve[name]), name
        assert run.curve[name][-1] > 0, name
    assert run.curve["answers"] == run.curve["children"]  # random edits are never asked again
    assert run.curve["first"] == run.curve["runnable"]
    assert run.curve["novel"][-1] <= run.curve["runnable"][-1] <= run.curve["valid"][-1]


def test_the_run_is_the_one_that_evolve_makes(out):
    env = {**os.environ, "ELMWEB_DATA": str(out.parent / "evolve")}
    command = "evolve --seed-program square --backend random_gp --rng-seed 0 --json --evaluations"
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split(), str(EVALUATIONS)],
        cwd=BASE_DIR, env=env, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run, evolved = measured.load(out / "data")[0], json.loads(done.stdout)
    assert run.children_hash == evolved["children_hash"]
    assert run.final("qd_score") == pytest.approx(evolved["qd_score"], abs=1e-3)
    assert run.final("runnable") == evolved["runnable_rate"]
    assert run.final("novel") == evolved["novel_rate"]


def test_nothing_is_left_of_a_run_but_its_figures(out):
    assert not (out.parent / "persons-own/elmweb.sqlite3").exists()
    assert [path.name for path in (out / "work").iterdir()] == ["locks"]


def test_what_is_there_is_not_made_again_and_the_rest_goes_on(out):
    path = out / "data/run-random_gp-square-0.json"
    before = path.stat().st_mtime_ns
    arguments = [*TINY, "--arms", "random_gp", "--rng-seeds", "0", "1", "2", "--json"]
    with open(out / "work/locks/random_gp-square-2", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)  # another process is at work on this one
        done = experiment(out, *arguments)
    *runs, last = lines(done)
    assert [run["run"] for run in runs] == ["random_gp-square-1"]
    assert path.stat().st_mtime_ns == before
    assert last["summary"]["arms"]["random_gp"]["runs"] == 2
    assert "at work on random_gp-square-2" in done.stderr


def test_a_folder_with_another_budget_is_refused_before_any_work(out):
    done = experiment(out, "--evaluations", "50", "--arms", "random_gp")
    assert done.returncode == 2
    assert "different budgets" in done.stderr
    assert "rm " in done.stderr


@pytest.mark.parametrize("arm", ["bundled", "tuned"])
def test_a_run_of_another_model_version_is_refused_before_it_begins(tmp_path, arm):
    out = tmp_path / "out"
    older = made("no_archive", evaluations=EVALUATIONS, base="bundled-older", model="bundled-older")
    measured.store(out / "data", older)
    done = experiment(out, *TINY, "--arms", arm, "--rng-seeds", "0")
    assert done.returncode == 2
    assert "different versions of the bundled model" in done.stderr
    assert [path.name for path in (out / "data").iterdir()] == ["run-no_archive-square-0.json"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base": "bundled-2", "model": "bundled-2"}, "versions of the bundled model"),
        ({"evaluations": 5}, "budgets"),
        ({"temperature": 1.0}, "temperatures"),
        ({"world": "v"}, "versions of the physics"),
    ],
)
def test_runs_that_differ_in_more_than_chance_are_refused_in_one_table(change, words):
    runs = [made(), made(rng_seed=1), replace(made("no_archive"), **change)]
    with pytest.raises(measured.Mixed, match=words):
        measured.refuse_mix(runs, Path("data"))


@pytest.mark.parametrize("arm", ["tuned", "random_gp"])
def test_two_versions_of_one_arm_are_refused_and_of_two_arms_are_not(arm):
    measured.refuse_mix([made(arm), made(), made("no_archive")], Path("data"))
    with pytest.raises(measured.Mixed, match=r"-1 \(1\) and .*-2 \(1\)"):
        measured.refuse_mix([made(arm), made(arm, model=f"{arm}-2")], Path("data"))


@pytest.mark.parametrize("text", ["{}", "[1]", "no json", '{"arm": "bundled"}'])
def test_a_file_that_is_no_run_is_named(tmp_path, text):
    (tmp_path / "run-x.json").write_text(text)
    with pytest.raises(measured.BadData, match=r"run-x\.json holds no run"):
        measured.load(tmp_path)


def test_a_run_survives_its_file(tmp_path):
    measured.store(tmp_path, made())
    assert measured.load(tmp_path) == [made()]


def test_each_run_is_there_once_and_the_tuned_model_last_of_its_replicate():
    found = units(list(ARMS), list(PROGRAMS), [0, 1, 0])
    assert len(found) == len(set(found)) == 4 * 4 * 2
    assert [unit.rng_seed for unit in found] == sorted(unit.rng_seed for unit in found)
    assert {unit.arm for unit in found[12:16]} == {"tuned"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((["best"], ["square"], [0]), "unknown arm 'best'"),
        ((["bundled"], ["cube"], [0]), "unknown seed program 'cube'"),
        ((["bundled"], ["square"], [HARVEST_SEED]), "fine-tuned on"),
        ((["bundled"], ["square"], [-1]), "numbers from 0"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(arguments, words):
    with pytest.raises(ValueError, match=words):
        units(*arguments)


def test_means_count_every_seed_program_alike():
    rng = np.random.default_rng(0)
    groups = {"square": [1.0, 1.0, 1.0], "radial": [3.0, 5.0]}
    figure = figures.mean(groups, rng)
    assert figure["value"] == 2.5
    # radial's draws have means 3, 4 and 5 with chances 1/4, 1/2, 1/4; square does not vary
    assert (figure["low"], figure["high"]) == (2.0, 3.0)


def test_one_run_of_a_seed_program_gives_no_interval():
    figure = figures.mean({"square": [1.0, 2.0], "radial": [3.0]}, np.random.default_rng(0))
    assert figure == {"value": 2.25, "low": None, "high": None}


def test_a_ratio_takes_the_seed_programs_that_both_arms_have():
    rng = np.random.default_rng(0)
    over = {"square": [4.0, 4.0], "radial": [100.0, 100.0]}
    assert figures.ratio(over, {"square": [2.0, 2.0]}, rng) == {"value": 2, "low": 2, "high": 2}
    assert figures.ratio(over, {"cppn_fixed": [2.0]}, rng) is None
    assert figures.ratio(over, {"square": [0.0, 0.0]}, rng) is None


def test_the_interval_of_a_mean_covers_the_truth_about_as_often_as_it_says():
    """With five runs of each of four seed programs; fewer make it narrower, as the page says."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        figure = figures.mean({p: list(rng.normal(10, 1, size=5)) for p in PROGRAMS}, rng)
        hits += figure["low"] <= 10 <= figure["high"]
    assert 0.85 <= hits / 200 <= 0.97


def runs_of_all_arms() -> list[Measured]:
    scale = {"bundled": 10.0, "tuned": 20.0, "random_gp": 5.0, "no_archive": 10.0}
    return [
        made(unit.arm, unit.program, unit.rng_seed, qd=scale[unit.arm] + unit.rng_seed)
        for unit in units(list(ARMS), ["square", "radial"], [0, 1, 2])
    ]


def test_the_summary_divides_the_right_arms():
    summary = figures.summary(runs_of_all_arms())
    ratios = {name: rows["qd_score"]["all"]["value"] for name, rows in summary["ratios"].items()}
    assert ratios == pytest.approx(
        {"tuned/bundled": 21 / 11, "bundled/random GP": 11 / 6, "archive/no archive": 1.0}
    )
    assert summary["arms"]["bundled"]["valid"]["value"] == 0.5  # 2 of 4 children
    assert summary["programs"]["square"]["tuned"]["qd_score"] == {
        "value": 21.0, "low": 20.0, "high": 22.0,
    }  # fmt: skip
    assert summary == figures.summary(runs_of_all_arms())  # the bootstrap repeats


def test_the_papers_figures_stand_beside_the_ratio_that_it_has():
    summary = figures.summary(runs_of_all_arms())
    tuned, random = summary["ratios"]["tuned/bundled"], summary["ratios"]["bundled/random GP"]
    assert tuned["coverage"]["programs"]["square"]["paper"] == pytest.approx(62.0 / 41.5)
    assert tuned["runnable"]["paper"] == pytest.approx(81 / 22)
    assert published.ratio("qd_score") == pytest.approx(3434 / 2109)
    assert random["coverage"]["paper"] is None


def test_the_text_says_which_differences_count():
    text = page.reading(figures.summary(runs_of_all_arms()))
    tuned, random, archive = text.splitlines()
    assert tuned.startswith("- **Fine-tuned model against bundled model**: higher: QD score (× 1.9")
    assert "no difference that these runs can show: coverage" in random
    assert "QD score (× 1.00" in archive.partition("no difference")[2]
    lonely = page.reading(figures.summary([made(), made("random_gp")]))
    assert "too few runs to say" in lonely
    assert "higher" not in lonely


def test_the_page_holds_the_figures_between_its_marks():
    text = PAGE.read_text(encoding="utf-8")
    made_new = page.rewrite(text, {"experiment": "\nE\n", "study": "\nS\n"})
    assert "<!-- experiment -->\n\nE\n<!-- end of experiment -->" in made_new
    assert page.rewrite(made_new, {"experiment": "\nE\n", "study": "\nS\n"}) == made_new
    with pytest.raises(ValueError, match="once in the page"):
        page.rewrite("no marks", {"study": ""})


def test_the_shipped_page_and_pictures_are_those_of_the_shipped_data():
    data = PAGE.parent / "science/data"
    found, text = measured.load(data), PAGE.read_text(encoding="utf-8")
    measured.refuse_mix(found, data)
    kept = [data / name for name in ("tuning.json", "study.json")]
    tuning, study = (json.loads(p.read_text()) if p.is_file() else None for p in kept)
    sections = {
        "experiment": page.experiment(figures.summary(found), tuning, "science"),
        "study": page.study(study),
    }
    assert page.rewrite(text, sections) == text, "run `manage.py experiment --plots-only`"
    for plot in picture.PLOTS if found else ():
        assert (data.parent / f"{plot.name}.svg").read_text() == picture.draw(plot, found)


def test_a_study_is_told_with_its_intervals():
    row = {"metric": "runnable", "label": "Runnable", "unit": "share of children",
           "base": [0.5, 0.4, 0.6], "tuned": [0.7, 0.6, 0.8], "difference": [0.2, 0.1, 0.3],
           "better": True}  # fmt: skip
    data = {
        "base": "bundled-1", "model": "tuned-1", "seconds": 60.0, "children_hash": "h",
        "run": {"program": "square", "rng_seed": 200, "evaluations": 5000},
        "dataset": {"edits": 900, "parents": 300}, "loss": {"before": 1.5, "after": 1.25},
        "first": [{**row, "label": "Runnable at first", "base": [0.25, 0.2, 0.3]}],
        "result": {"children": 2000, "rows": [row], "verdict": "It is better."},
    }  # fmt: skip
    text = page.study(data)
    assert "50.0 %<br>(40.0 to 60.0 %) | 70.0 %<br>(60.0 to 80.0 %) | 20.0 %" in text
    assert "Runnable at first | 25.0 %<br>(20.0 to 30.0 %)" in text
    assert "5,000 children of the Square seed program" in text
    assert text.endswith("It is better.\n\n")


@pytest.mark.parametrize("plot", picture.PLOTS, ids=lambda plot: plot.name)
def test_a_picture_has_a_panel_for_each_program_and_a_line_and_a_band_for_each_arm(plot):
    root = ElementTree.fromstring(picture.draw(plot, runs_of_all_arms()))
    kinds = [element.get("class") or "" for element in root.iter()]
    assert kinds.count("panel") == 2
    for arm in ARMS:
        assert kinds.count(f"band {arm}") == 2
        assert kinds.count(f"curve {arm}") == 3  # one of them in the legend
    assert "prefers-color-scheme: dark" in ElementTree.tostring(root, encoding="unicode")


def test_shares_are_drawn_over_the_last_tenth_of_the_budget():
    children = [float(n) for n in range(50, 5001, 50)]
    valid = [n if n <= 2500 else 2500.0 for n in children]  # all of the first half, then none
    curve = dict.fromkeys(SERIES, valid) | {"children": children}
    plot = next(plot for plot in picture.PLOTS if plot.name == "valid")
    xs, ys = picture.series(plot, replace(made(), curve=curve))
    assert list(xs) == children
    assert set(ys[:50]) == {1.0}
    assert ys[54] == 0.5
    assert set(ys[59:]) == {0.0}


@pytest.mark.slow
def test_the_tuned_arm_learns_from_runs_of_its_own_and_the_study_compares(tmp_path):
    out = tmp_path / "out"
    enough = ["--programs", "square", "--evaluations", "200"]  # to learn from
    arguments = [*enough, "--arms", "tuned", "--rng-seeds", "0", "--json"]
    run, last = lines(experiment(out, *arguments))
    tuning = last["tuning"]
    assert run["model"] == tuning["model"] != tuning["base"]
    assert tuning["rng_seed"] == HARVEST_SEED
    assert set(tuning["children_hashes"]) == set(PROGRAMS)
    assert (out / "work/weights/model.safetensors").is_file()
    assert len(lines(experiment(out, *arguments))) == 1  # nothing was missing
    [last] = lines(experiment(out, *enough, "--finetune-study", "--json"))
    assert last["study"]["result"]["children"] == 200
    valid, runnable = last["study"]["first"]
    assert valid["base"][0] >= runnable["base"][0] > 0
    assert last["study"]["base"] == tuning["base"]
