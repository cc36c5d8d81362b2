"""Fine-tuning as people meet it: data, life, comparison, promotion. No torch here."""

from pathlib import Path

import pytest

from archive import services
from archive.live import RunView
from archive.models import Cell, Intervention, Job, ModelVersion, Run, Training
from archive.services import datasets, jobs, recording, registry, trainings, trials
from archive.services.trainings import Slice
from archive.tuning import PRESET_NOTES, PRESETS, TuneConfig
from simulation.outcome import Outcome
from tests.archive.factories import candidacy, evaluated, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(registry, "MODELS_DIR", tmp_path / "models")
    return tmp_path / "models"


def evolved(number: int = 30, **config: object) -> Run:
    """Return a run in which each child was accepted and is the next one's parent."""
    run = make_run(budget=1000, **config)
    parent = run.children.get(seq=0)
    for n in range(number):
        given = candidacy(f"x = {n}\n", parent_id=parent.pk, operator="bundled")
        (parent,) = recording.record(run.pk, [given], [evaluated((n % 12, n // 12, 1), 1.0 + n)])
    run.refresh_from_db()
    return run


def config_of(run: Run, **changes: object) -> TuneConfig:
    return TuneConfig(**{"base": "bundled", "runs": (run.pk,), "compare": 0, **changes})


def begun(run: Run, **changes: object) -> Training:
    return trainings.create(config_of(run, **changes), name="tuned-1", run=run)


def claimed(training: Training) -> Job:
    """Return the training's next slice as the model worker holds it."""
    waiting = Job.objects.get(training=training, kind=Job.Kind.TRAIN, state=Job.State.QUEUED)
    job = jobs.claim(waiting.pk)
    assert job is not None
    return job


def weights(folder: Path, text: bytes = b"weights") -> Path:
    """Return a folder as a finished training leaves it."""
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(text)
    return folder


def finished(training: Training, tmp_path: Path) -> Training:
    """Return the training after its last slice."""
    job = claimed(training)
    assert trainings.begin_slice(job) is not None
    points = [{"step": 0, "validation": 2.0}, {"step": 9, "validation": 1.0}]
    progress = {"step": 9, "steps": 9, "seconds": 1.0, "checkpoint": "a.pt"}
    made = weights(tmp_path / f"weights-{training.pk}", training.name.encode())
    done = trainings.finish_slice(
        training, Slice(progress, points, is_over=True, weights=made), job
    )
    assert done is not None
    return done


# --- what it learns from


def test_a_preview_counts_what_was_accepted():
    run = evolved(30)
    counts = datasets.preview(config_of(run, held_out=0.1))
    assert counts["problems"] == []
    assert counts["held_out_rows"] == 3  # each parent has one child here
    assert 1 <= counts["leaking"] <= 3  # the edits that led to those parents
    assert counts["rows"] == counts["parents"] == 30 - 3 - counts["leaking"]
    assert counts["by_run"] == {run.pk: counts["rows"]}
    assert counts["estimate_from"] == "default"
    assert counts["tokens"] > 0


def test_a_preview_says_how_long_the_comparison_takes():
    run = evolved(30)
    Run.objects.filter(pk=run.pk).update(elapsed=15.0, resumed_at=None)  # it was paused then
    found = datasets.preview(config_of(run, compare=300))
    assert (found["compare"], found["compare_s"]) == (300, 2 * 300 / 2)
    assert datasets.preview(config_of(run, compare=0))["compare_s"] == 0


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"since_seq": 21}, 10),
        ({"min_gain": 1e6}, 0),
        ({"messages": ("Add a leg",)}, 0),
        ({"messages": ("Changed make walker function.",)}, 30),
        ({"cells": (1727,)}, 0),
    ],
)
def test_filters_leave_what_they_name(filters, left):
    run = evolved(30)
    assert len(list(datasets.accepted(config_of(run, **filters)))) == left


def test_the_controls_random_edits_are_not_learnt_from():
    run = evolved(5)
    run.children.filter(seq=3).update(operator="random_gp")
    assert len(list(datasets.accepted(config_of(run)))) == 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"base": "random_gp"}, "cannot be fine-tuned"),
        ({"base": "nobody"}, "unknown model"),
        ({"runs": (987,)}, "no run 987"),
        ({"cells": (5000,)}, "no cell 5000"),
        ({"min_gain": 1e6}, "at least 10 are needed"),
    ],
)
def test_what_cannot_be_learnt_is_refused_with_a_sentence(changes, words):
    with pytest.raises(ValueError, match=words):
        begun(evolved(20), **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"runs": ()}, "1 to 50 runs"),
        ({"weighting": "luck"}, "weighting"),
        ({"held_out": 0.0}, "held_out"),
        ({"epochs": float("nan")}, "epochs"),
        ({"share": 1.0}, "share"),
        ({"compare": -1}, "compare"),
        ({"batch_tokens": True}, "batch_tokens"),
    ],
)
def test_nonsensical_settings_are_refused_with_a_sentence(changes, words):
    with pytest.raises(ValueError, match=words):
        TuneConfig(**{"base": "bundled", "runs": (1,), **changes})


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_explained_and_survive_the_database(name):
    config = TuneConfig(base="bundled", runs=(1, 2), cells=(3,), **PRESETS[name])
    assert TuneConfig.from_json(config.to_json()) == config
    assert PRESET_NOTES[name].endswith(".")


def test_a_filter_by_gain_keeps_what_gained_as_much():
    run = evolved(30)
    gains = sorted(run.children.exclude(seq=0).values_list("gain", flat=True))
    found = list(datasets.accepted(config_of(run, min_gain=gains[-5])))
    assert min(edit.gain for edit in found) == gains[-5]


# --- its life


def test_a_slice_brings_its_points_and_queues_the_next():
    training = begun(evolved())
    job = claimed(training)
    training = trainings.begin_slice(job)
    assert training.state == "running"
    done = Slice({"step": 3, "checkpoint": "a.pt"}, [{"step": 0, "validation": 1.0, "samples": 2}],
                 [(0, [["x = 1", "body"]])])  # fmt: skip
    training = trainings.finish_slice(training, done, job)
    assert training.progress["checkpoint"] == "a.pt"
    assert trainings.live(training)["best_step"] == 0
    waiting = Job.objects.filter(training=training, state="queued")
    assert sorted(waiting.values_list("kind", flat=True)) == ["probe", "train"]


def test_a_slice_that_another_worker_took_over_brings_nothing():
    training = begun(evolved())
    job = claimed(training)
    trainings.begin_slice(job)
    Job.objects.filter(pk=job.pk).update(fence=job.fence + 1)
    assert trainings.finish_slice(training, Slice({"checkpoint": "late.pt"}), job) is None
    training.refresh_from_db()
    assert training.progress == {}


def test_a_probe_adds_the_valid_share_to_its_point_once():
    training = begun(evolved())
    Training.objects.filter(pk=training.pk).update(metrics=[{"step": 0, "samples": 4}])
    job = jobs.enqueue(Job.Kind.PROBE, {"step": 0, "children": []}, training=training)
    job = jobs.claim(job.pk)
    trainings.finish_probe(training, 0, 3, job)
    trainings.finish_probe(training, 0, 1, job)
    training.refresh_from_db()
    assert training.metrics == [{"step": 0, "samples": 4, "valid": 0.75}]


def test_a_child_with_its_parents_body_is_not_valid():
    found = [evaluated((1, 1, 1), 1.0, "a"), evaluated((1, 1, 1), 1.0, "b")]
    assert trainings.count_valid(found, [["x", "a"], ["y", "a"]]) == 1


def test_a_stopped_training_resumes_with_one_slice():
    training = begun(evolved())
    job = claimed(training)
    trainings.begin_slice(job)
    trainings.stop(training)
    assert trainings.is_stopped(training)
    trainings.resume(training)  # the slice under way has not ended yet
    trainings.finish_slice(training, Slice({"checkpoint": "a.pt"}), job)
    assert Job.objects.filter(training=training, state="queued").count() == 1
    training.refresh_from_db()
    assert training.state == "queued"


def test_a_stopped_training_is_not_worked_on():
    training = begun(evolved())
    job = Job.objects.get(training=training)
    trainings.stop(training)
    assert jobs.claim(job.pk) is None
    with pytest.raises(services.IllegalTransition, match="it is stopped"):
        trainings.stop(training)


def test_a_slice_that_fails_again_and_again_fails_the_training():
    training = begun(evolved())
    Job.objects.filter(training=training).update(attempt=jobs.MAX_ATTEMPTS)
    services.reap()
    training.refresh_from_db()
    assert training.state == "failed"
    assert "failed 8 times" in training.reason


def test_a_name_is_given_once():
    run = evolved()
    begun(run)
    with pytest.raises(ValueError, match="is making 'tuned-1' already"):
        begun(run)


def test_a_removed_training_can_be_restored_and_a_live_one_cannot_be_removed():
    training = begun(evolved())
    with pytest.raises(services.IllegalTransition, match="stop it first"):
        trainings.remove(training)
    trainings.stop(training)
    trainings.remove(training)
    training.refresh_from_db()
    assert training.deleted_at is not None
    trainings.restore(training)
    training.refresh_from_db()
    assert training.deleted_at is None


def test_the_last_slice_makes_a_model_version_below_its_base(tmp_path, models_dir):
    training = finished(begun(evolved()), tmp_path)
    assert training.state == "finished"
    made = training.model_version
    assert made.parent == training.base
    assert made.card["loss"] == {"before": 2.0, "after": 1.0, "step": 9}
    spec = registry.spec_of("tuned-1")
    assert Path(spec.folder).parent == models_dir
    assert (Path(spec.folder) / "model.safetensors").read_bytes() == b"tuned-1"
    names = [(row["name"], row["depth"]) for row in trainings.tree()]
    assert names == [("bundled", 0), ("tuned-1", 1)]


def test_nothing_is_kept_of_a_training_that_did_not_learn():
    training = begun(evolved())
    job = claimed(training)
    trainings.begin_slice(job)
    training = trainings.finish_slice(training, Slice({"step": 5}, is_over=True), job)
    assert (training.state, training.model_version) == ("finished", None)
    assert "stays the better model" in training.reason


# --- forks and the comparison


def test_a_fork_begins_with_the_map_as_it_was():
    run = evolved(20)
    fork = trials.fork(run, at_seq=7, mix=[["bundled", 1]], budget=50, name="fork")
    assert recording.check_map(fork) is None
    now = set(Cell.objects.filter(run=run).values_list("index", flat=True))
    then = set(fork.cells.values_list("index", flat=True))
    assert then < now
    assert then == set(run.children.filter(seq__lte=7).values_list("cell", flat=True))
    assert max(fork.children.values_list("fitness", flat=True)) == 7.0
    assert set(fork.children.values_list("operator", flat=True)) == {"origin"}
    assert fork.rng_seed == run.rng_seed
    view = RunView(fork)
    view.advance()
    assert (view.stats.children, view.stats.valid_rate) == (0, None)
    assert trials.results(fork) == []


def test_a_fork_goes_on_like_any_run():
    fork = trials.fork(evolved(5), mix=[["bundled", 1]], budget=50, name="fork")
    trials.begin(fork)
    assert Job.objects.filter(run=fork, kind="mutate").count() == 2  # 32 and 18 children
    parent = fork.children.get(seq=2)
    recording.record(fork.pk, [candidacy(parent_id=parent.pk)], [evaluated((9, 9, 9), 5.0)])
    assert recording.check_map(fork) is None
    assert len(trials.results(fork)) == 1


def test_a_fork_from_a_child_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="0 to 5"):
        trials.fork(evolved(5), at_seq=6, mix=[["bundled", 1]], budget=50, name="fork")


def through(training: Training, base: int, tuned: int, number: int = 96) -> None:
    """Let both arms end: of ``number`` children each, so many gave a body."""
    for arm, good in zip(training.arms.order_by("pk"), (base, tuned), strict=True):
        bad = candidacy("", outcome=str(Outcome.NO_DIFF), reason="none")
        given = [candidacy() for _ in range(good)]
        given += [type(bad)(**{**vars(bad), "source": None}) for _ in range(number - good)]
        found = [evaluated((0.5, 0.5, 1), 0.1) for _ in range(good)] + [None] * (number - good)
        recording.record(arm.pk, given, found)
        Run.objects.filter(pk=arm.pk).update(state="finished")


def test_two_arms_of_equal_budget_start_from_one_map(tmp_path):
    run = evolved()
    training = finished(begun(run, compare=40), tmp_path)
    assert training.state == "comparing"
    base, tuned = training.arms.order_by("pk")
    assert trials.arms(training) == {"base": base.pk, "tuned": tuned.pk}
    assert (base.mix, tuned.mix) == ([["bundled", 100.0]], [["tuned-1", 100.0]])
    assert base.config["budget"] == tuned.config["budget"] == 40
    assert base.origin_seq == tuned.origin_seq == run.last_seq
    assert (base.state, tuned.state) == ("running", "running")


@pytest.mark.parametrize(("base", "tuned", "promoted"), [(40, 90, True), (90, 40, False)])
def test_an_automatic_training_promotes_only_what_is_better(tmp_path, base, tuned, promoted):
    run = evolved()
    training = begun(run, compare=96)
    Training.objects.filter(pk=training.pk).update(is_automatic=True)
    training = finished(training, tmp_path)
    through(training, base, tuned)
    services.reap()
    training.refresh_from_db()
    run.refresh_from_db()
    assert training.state == "finished"
    assert training.result["promote"] is promoted
    assert run.mix == ([["tuned-1", 100.0]] if promoted else [["bundled", 100.0]])


def test_an_automatic_promotion_leaves_the_other_models_their_share(tmp_path):
    run = evolved()
    training = begun(run, compare=96)
    Training.objects.filter(pk=training.pk).update(is_automatic=True)
    Run.objects.filter(pk=run.pk).update(mix=[["bundled", 60.0], ["random_gp", 40.0]])
    through(finished(training, tmp_path), 40, 90)
    services.reap()
    run.refresh_from_db()
    assert run.mix == [["tuned-1", 60.0], ["random_gp", 40.0]]


def test_a_comparison_ends_although_a_person_promoted_its_model_already(tmp_path):
    run = evolved()
    training = begun(run, compare=96)
    Training.objects.filter(pk=training.pk).update(is_automatic=True)
    training = finished(training, tmp_path)
    trainings.promote(training.model_version, run=run)
    through(training, 40, 90)
    services.reap()
    training.refresh_from_db()
    assert (training.state, training.result["promote"]) == ("finished", True)


def test_a_training_begun_by_a_person_promotes_nothing(tmp_path):
    run = evolved()
    training = finished(begun(run, compare=96), tmp_path)
    through(training, 40, 90)
    services.reap()
    training.refresh_from_db()
    run.refresh_from_db()
    assert training.result["promote"]
    assert training.model_version.card == training.model_version.card | {
        "comparison": training.result
    }
    assert run.mix == [["bundled", 100.0]]


def test_an_arm_that_fails_ends_the_comparison_with_its_reason(tmp_path):
    training = finished(begun(evolved(), compare=40), tmp_path)
    training.arms.update(state="failed", reason="no weights")
    services.reap()
    training.refresh_from_db()
    assert (training.state, training.result) == ("finished", {})
    assert "no weights" in training.reason


# --- again and again


def test_a_run_is_fine_tuned_again_after_so_many_accepted_diffs(tmp_path):
    run = evolved(30)
    trainings.set_repeat(run, 20, "quick")
    services.reap()
    services.reap()
    training = Training.objects.get(run=run)  # one, not two
    assert training.is_automatic
    assert training.config["base"] == "bundled"
    trainings.stop(training)
    services.reap()
    assert Training.objects.filter(run=run).count() == 1  # nothing new was accepted since


def test_a_run_that_cannot_be_fine_tuned_is_not_tried_again():
    run = evolved(30)
    trainings.set_repeat(run, 20)
    Run.objects.filter(pk=run.pk).update(mix=[["random_gp", 100.0]])
    services.reap()
    run.refresh_from_db()
    assert run.repeat_tuning is None


def test_a_run_whose_model_cannot_be_fine_tuned_is_told_so():
    run = evolved(30)
    Run.objects.filter(pk=run.pk).update(mix=[["bundled", 40.0], ["random_gp", 60.0]])
    with pytest.raises(ValueError, match="'random_gp' cannot be fine-tuned"):
        trainings.set_repeat(run, 20)
    trainings.set_repeat(run, None)  # to end it is always possible


def test_a_repetition_out_of_range_is_refused():
    with pytest.raises(ValueError, match="every 20 to"):
        trainings.set_repeat(evolved(1), 3)


# --- what is in force


def tuned(name: str, tmp_path: Path) -> ModelVersion:
    return registry.adopt(weights(tmp_path / name, name.encode()), name)


def test_models_of_a_run_change_and_roll_back_step_by_step(tmp_path):
    run = make_run()
    one, two = tuned("one", tmp_path), tuned("two", tmp_path)
    trainings.promote(one, run=run)
    trainings.promote(two, run=run)
    seen = []
    for _ in range(2):
        trainings.rollback(run)
        run.refresh_from_db()
        seen.append(run.mix)
    assert seen == [[["one", 100.0]], [["bundled", 100.0]]]
    with pytest.raises(ValueError, match="from the start"):
        trainings.rollback(run)
    notes = Intervention.objects.filter(run=run, kind="models").order_by("pk")
    assert notes.first().before == [["bundled", 100.0]]
    assert notes.count() == 4


def test_the_default_model_changes_and_rolls_back_step_by_step(tmp_path):
    one, two = tuned("one", tmp_path), tuned("two", tmp_path)
    trainings.promote(one)
    trainings.promote(two)
    assert registry.default_name() == "two"
    trainings.rollback()
    assert registry.default_name() == "one"
    trainings.rollback()
    assert registry.default_name() == "bundled"
    with pytest.raises(ValueError, match="nothing to go back to"):
        trainings.rollback()


def test_what_comes_with_the_program_can_be_the_default_too(tmp_path):
    trainings.promote(tuned("one", tmp_path))
    control = ModelVersion.objects.create(
        name="random_gp", backend="random_gp", version="random_gp-1"
    )
    trainings.promote(control)
    assert registry.default_name() == "random_gp"
    trainings.promote(registry.tunable("bundled")[0])
    assert registry.default_name() == "bundled"
    trainings.rollback()
    trainings.rollback()
    assert registry.default_name() == "one"


@pytest.mark.parametrize(
    ("mix", "words"),
    [
        ([], "1 to 8 models"),
        ([["nobody", 1]], "unknown model"),
        ([["bundled", 0]], "above 0"),
        ([["bundled", 1], ["bundled", 2]], "twice"),
    ],
)
def test_a_mix_that_cannot_be_used_is_refused(mix, words):
    with pytest.raises(ValueError, match=words):
        trainings.set_mix(make_run(), mix)


def test_a_run_that_is_over_keeps_its_models():
    with pytest.raises(ValueError, match="is finished"):
        trainings.set_mix(make_run(state="finished"), [["random_gp", 1]])


def test_a_model_in_use_cannot_be_removed(tmp_path):
    one, run = tuned("one", tmp_path), make_run()
    trainings.promote(one, run=run)
    with pytest.raises(ValueError, match=f"run {run.pk} uses 'one'"):
        registry.remove(one)
    services.stop(run)
    registry.remove(one)
    assert registry.find("one") is None
