"""The fine-tuning itself, with the bundled weights: it learns, and resumes exactly."""

from pathlib import Path

import pytest
import torch

from archive.tuning import TuneConfig
from simulation.domains import get_domain
from workers.mutation.backends.diff_lm import WEIGHTS, load_diff_lm
from workers.training import finetune
from workers.training.finetune import Finetune, open_finetune
from workers.training.harvest import Edit, Split

SQUARE = get_domain("sodarace").seed_programs["square"].source


def edits(number: int, first: int = 0) -> list[Edit]:
    """Return edits of as many parents that all do one thing no corpus edit does."""
    made = []
    for n in range(first, first + number):
        parent = SQUARE + f"\n# walker {n}\n"
        made.append(Edit(parent, "Say hello", parent + "# hello hello hello\n", gain=float(n)))
    return made


def opened(folder: Path, **changes: object) -> Finetune:
    settings = {"base": "bundled", "runs": (1,), "epochs": 3.0, "batch_tokens": 1024,
                "rehearsal": 0.1, "learning_rate": 1e-3, "patience": 0}  # fmt: skip
    config = TuneConfig(**{**settings, **changes})
    return open_finetune(config, WEIGHTS, Split(edits(6), edits(2, first=50)), folder)


@pytest.fixture
def unprobed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the sampling of children, which takes most of the time."""
    monkeypatch.setattr(Finetune, "_is_probed", lambda self: False)


def through(tuning: Finetune) -> list[finetune.Point]:
    points = []
    while not tuning.is_done:
        points += tuning.advance(0.0)
    return points


def test_it_learns_what_was_accepted_and_keeps_the_best_weights(tmp_path, unprobed):
    tuning = opened(tmp_path)
    points = through(tuning)
    assert points[0].step == 0
    assert points[-1].step == tuning.steps
    assert points[-1].validation < 0.8 * points[0].validation
    assert tuning.best_loss == min(point.validation for point in points)
    tuning.export(tmp_path / "weights")
    made = load_diff_lm(tmp_path / "weights")
    assert made.version != load_diff_lm(WEIGHTS).version


def test_interrupted_at_any_step_it_gives_the_same_weights(tmp_path, unprobed):
    whole = opened(tmp_path / "a", epochs=1.0)
    points = [point.to_json() for point in through(whole)]
    parted, seen = opened(tmp_path / "b", epochs=1.0), []
    while not parted.is_done:
        seen += [point.to_json() for point in parted.advance(0.0)]
        parted.save(tmp_path / "here.pt")
        parted = opened(tmp_path / "b", epochs=1.0)
        parted.load(tmp_path / "here.pt")
    assert [without_time(p) for p in seen] == [without_time(p) for p in points]
    for name, weight in whole.best.items():
        assert torch.equal(weight, parted.best[name]), name


def without_time(point: dict) -> dict:
    return {key: value for key, value in point.items() if key != "seconds"}


def test_it_ends_early_when_validation_stops_falling(tmp_path, unprobed):
    config = TuneConfig(
        base="bundled", runs=(1,), epochs=30.0, batch_tokens=1024, rehearsal=0.0,
        learning_rate=3e-3, patience=2,
    )  # fmt: skip
    other = [Edit(SQUARE, "Make it heavier", SQUARE.replace("0", "1"))]
    tuning = open_finetune(config, WEIGHTS, Split(edits(2), other), tmp_path)
    points = through(tuning)
    assert tuning.step < tuning.steps
    assert all(p.validation >= tuning.best_loss for p in points[-2:])


def test_weights_by_gain_change_the_loss_of_each_edit(tmp_path):
    tuning = opened(tmp_path, weighting="gain", rehearsal=0.0)
    weights = {
        round(w, 4)
        for row in tuning.data.training
        for w, segment in zip(row.weights, row.segments, strict=True)
        if segment and w
    }
    assert len(weights) == 6
    assert min(weights) < 1 < max(weights)


def test_what_does_not_fit_the_model_is_counted(tmp_path):
    long = [Edit("x = 1\n" * 200, "m", "y = 1\n" * 200)]
    config = TuneConfig(base="bundled", runs=(1,), rehearsal=0.0)
    tuning = open_finetune(config, WEIGHTS, Split(edits(3) + long, edits(1, 50)), tmp_path)
    assert tuning.data.counts["too_long"] == 1
    with pytest.raises(ValueError, match="nothing is left"):
        open_finetune(config, WEIGHTS, Split(long, edits(1)), tmp_path)


def test_children_are_sampled_from_the_weights_in_training(tmp_path):
    tuning = opened(tmp_path)
    (point,) = tuning.advance(0.0)
    assert point.samples == 2 * finetune.PROBE_CHILDREN
    assert 0 < point.well_formed <= 1
    assert len(point.children) == round(point.well_formed * point.samples)
    assert not (tmp_path / "probe").exists()
