"""The pages of models and of fine-tuning: they render, refuse in sentences, keep keys out."""

import fcntl
import html
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from archive.models import Child, ModelVersion, Run, RunState, Training, TrainingState
from archive.services import external, installing, installs, registry, trainings
from archive.tuning import TuneConfig
from elmweb.accounts.models import User
from tests.archive.factories import add_children, make_run
from workers.mutation.spec import ModelSpec

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("x")</script>'
JSON = {"Accept": "application/json"}


@pytest.fixture
def person(client: Client) -> Client:
    """A browser that is logged in."""
    client.force_login(User.objects.create_user("somebody", role="admin"))
    return client


@pytest.fixture
def endpoint() -> ModelVersion:
    spec = ModelSpec(
        kind="endpoint", name="far", url="http://127.0.0.1:9/v1", model="m", key_env="FAR_KEY",
        form="rewrite",
    )  # fmt: skip
    return registry.add(spec, version="far-123")


@pytest.fixture
def tuned() -> ModelVersion:
    base, _ = registry.tunable("bundled")
    spec = ModelSpec(kind="tuned", name="legs", folder=str(registry.MODELS_DIR / "legs"))
    return registry.add(spec, version="legs-abc", parent=base, card={"good_at": f"Legs. {EVIL}"})


@pytest.fixture
def run() -> Run:
    """A run with more than enough accepted diffs, of many parents."""
    run = make_run(budget=1000)
    before = Child.objects.get(run=run, seq=0)
    for n in range(40):
        measures = (n % 12 * 2.5 + 1, n // 12 * 2.5 + 1, 30.0)
        (child,) = add_children(run, [(measures, 1.0 + n)])
        Child.objects.filter(pk=child.pk).update(parent=before, commit_message=f"Say {n % 2}.")
        before = child
    return run


def make_training(base: ModelVersion, run: Run, **fields: object) -> Training:
    config = TuneConfig(base=base.name, runs=(run.pk,))
    given = {"name": "legs", "base": base, "run": run, "config": config.to_json(), **fields}
    return Training.objects.create(**given)


def endpoint_form(**changes: object) -> dict[str, object]:
    filled = {"name": "far", "url": "http://127.0.0.1:9/v1", "model": "m", "form": "rewrite"}
    return filled | changes


def tune_form(run: Run, **changes: object) -> dict[str, object]:
    return {"base": "bundled", "name": "legs-1", "runs": [run.pk], "preset": "quick"} | changes


def page_of(answer) -> str:
    return html.unescape(answer.content.decode())


def written(row: ModelVersion, outcome: str, tokens: int = 9) -> Child:
    """A child of a model that ended so, not stored yet."""
    return Child(
        model_version=row, outcome=outcome, reason="", timings={"tokens": tokens},
        operator=row.name, commit_message="m",
    )  # fmt: skip


def record(run: Run, children: list[Child]) -> None:
    first = Child.objects.filter(run=run).count()
    for n, child in enumerate(children):
        child.run, child.seq, child.pk = run, first + n, None
    Child.objects.bulk_create(children)


# --- every page renders, for those who are logged in
PAGES = ["models", "model-add-folder", "model-add-endpoint", "training-new"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_renders_while_there_is_nothing_to_show(person: Client, name: str) -> None:
    assert person.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_sent_to_the_login_page(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))


@pytest.mark.parametrize("name", PAGES)
def test_no_page_needs_an_inline_script(person: Client, name: str) -> None:
    page = person.get(reverse(name)).content.decode()
    scripts = re.findall(r"<script\b[^>]*>", page)
    assert all("src=" in tag or "application/json" in tag for tag in scripts)
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize(
    "path",
    ["/models/rollback/", "/models/upload/", "/models/far-123/remove/", "/api/runs/1/models"],
)
def test_nothing_changes_by_following_a_link(person: Client, path: str) -> None:
    assert person.get(path).status_code == 405


@pytest.mark.parametrize("path", ["/models/rollback/", "/api/trainings/preview"])
def test_a_form_without_its_token_is_refused(path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_user("somebody", role="admin"))
    assert browser.post(path).status_code == 403


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/models/nothing/", "There is no model called “nothing”."),
        ("/models/nothing/weights.zip", "There is no model called “nothing”."),
        ("/models/bundled/weights.zip", "is no fine-tuned model"),
        ("/trainings/99/", "There is no training 99."),
        (f"/trainings/{10**30}/", "There is no training"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(person: Client, path: str, sentence: str) -> None:
    registry.tunable("bundled")
    answer = person.get(path)
    assert answer.status_code == 404
    assert sentence in page_of(answer)


# --- models
def test_the_models_page_shows_the_tree_with_its_default(
    person: Client, tuned: ModelVersion
) -> None:
    page = page_of(person.get(reverse("models")))
    assert re.findall(r'data-model="(\w+)"', page) == ["bundled", "legs"]
    marked = page[: page.index('data-testid="default-mark"')]
    assert marked.count('data-testid="version-row"') == 1  # the bundled one
    trainings.promote(tuned)
    page = page_of(person.get(reverse("models")))
    marked = page[: page.index('data-testid="default-mark"')]
    assert marked.count('data-testid="version-row"') == 2


def test_replaced_weights_of_the_bundled_model_are_told_from_those_in_force(
    person: Client,
) -> None:
    ModelVersion.objects.create(name="bundled", backend="bundled", version="bundled-old")
    registry.tunable("bundled")
    page = page_of(person.get(reverse("models")))
    assert page.count("earlier weights") == 1
    assert page.index("earlier weights") < page.index('data-testid="default-mark"')
    old = page_of(person.get(reverse("model", args=["bundled-old"])))
    assert "earlier weights" in old
    assert "Use it" not in old


def test_text_of_a_card_is_shown_as_text(person: Client, tuned: ModelVersion) -> None:
    for path in (reverse("models"), reverse("model", args=["legs"])):
        page = person.get(path).content.decode()
        assert EVIL not in page
        assert "Legs. &lt;script&gt;" in page


def test_a_model_that_rewrites_says_so(person: Client, endpoint: ModelVersion) -> None:
    for path in (reverse("models"), reverse("model", args=["far"]), reverse("run-new")):
        assert re.search(
            "rewrites whole programs|Writes the whole program", page_of(person.get(path))
        )


def test_a_removed_model_is_added_again_with_another_price(person: Client) -> None:
    for price in ("1", "2"):
        answer = person.post(reverse("model-add-endpoint"), endpoint_form(price_in=price))
        assert answer.status_code == 302
        row = ModelVersion.objects.get(name="far")
        assert (row.spec["price_in"], row.deleted_at) == (float(price), None)
        registry.remove(row)


def test_a_model_that_writes_no_diffs_rewrites_and_its_page_says_why(person: Client) -> None:
    spec = ModelSpec(kind="endpoint", name="poor", url="http://127.0.0.1:9/v1", model="m")
    row = registry.add(spec, version="poor-1")
    run = make_run(budget=1000)
    answers = [written(row, "no_diff") for _ in range(installs.FIRST_ANSWERS)]
    record(run, answers[:-1])
    assert not installs.fall_back("poor")
    record(run, [*answers[-1:], written(row, "no_diff", tokens=0)])
    assert installs.fall_back("poor")
    assert registry.spec_of("poor").form == "rewrite"
    assert not installs.fall_back("poor")
    page = page_of(person.get(reverse("model", args=["poor"])))
    assert "Of its first 32 answers none was an edit that fits" in page


def test_a_model_that_was_removed_and_added_again_falls_back_again() -> None:
    spec = ModelSpec(kind="endpoint", name="poor", url="http://127.0.0.1:9/v1", model="m")
    run = make_run(budget=1000)
    for _ in range(2):
        row = external.add(spec)
        record(run, [written(row, "no_diff") for _ in range(installs.FIRST_ANSWERS)])
        assert installs.fall_back("poor")
        assert registry.spec_of("poor").form == "rewrite"
        registry.remove(registry.find("poor"))


def test_a_model_of_whose_first_answers_one_fits_keeps_its_form() -> None:
    spec = ModelSpec(kind="endpoint", name="fair", url="http://127.0.0.1:9/v1", model="m")
    row = registry.add(spec, version="fair-1")
    outcomes = ["crashed"] + ["no_diff"] * (2 * installs.FIRST_ANSWERS)
    record(make_run(budget=1000), [written(row, outcome) for outcome in outcomes])
    assert not installs.fall_back("fair")
    assert registry.spec_of("fair").form == "numbered"


def test_what_a_priced_model_took_stands_on_its_page_and_on_its_runs(person: Client) -> None:
    spec = ModelSpec(
        kind="endpoint", name="dear", url="http://127.0.0.1:9/v1", model="m", price_out=9.0
    )
    row = registry.add(spec, version="dear-1")
    run = make_run(budget=1000, models=(("dear", 100.0),))
    children = [written(row, "no_diff") for _ in range(3)]
    for child in children[:2]:
        child.timings = child.timings | {"cost": 0.21}
    record(run, children)
    assert "models took 0.42" in page_of(person.get(reverse("run", args=[run.pk])))
    page = page_of(person.get(reverse("model", args=["dear"])))
    assert re.search(r"Cost of its children</dt><dd[^>]*>0.42", page)


def test_a_model_is_found_by_its_name_and_by_its_version(
    person: Client, tuned: ModelVersion
) -> None:
    for key in ("legs", "legs-abc", "bundled"):
        assert person.get(reverse("model", args=[key])).status_code == 200


def test_an_endpoint_is_added_with_the_name_of_its_key_alone(person: Client) -> None:
    answer = person.post(reverse("model-add-endpoint"), endpoint_form(key_env="FAR_KEY"))
    row = ModelVersion.objects.get(name="far")
    assert answer.url == reverse("model", args=[row.version])
    assert row.spec["key_env"] == "FAR_KEY"
    assert "FAR_KEY" in page_of(person.get(answer.url))


def test_a_key_pasted_by_mistake_is_refused_and_not_shown_again(person: Client) -> None:
    key = "sk-proj-abcdef123456"
    answer = person.post(reverse("model-add-endpoint"), endpoint_form(key_env=key))
    assert answer.status_code == 422
    assert key not in page_of(answer)
    assert "never the key itself" in page_of(answer)
    assert not ModelVersion.objects.filter(name="far").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Give the model a name"),
        ({"name": "a b"}, "A model's name has 1 to 64 letters"),
        ({"name": "bundled"}, "There is a model called 'bundled' already"),
        ({"url": ""}, "Give the address"),
        ({"url": "ftp://x"}, "An endpoint needs an address such as"),
        ({"url": "http://me:pw@host/v1"}, "must hold no user, password"),
        ({"model": ""}, "Say what the endpoint calls the model."),
        ({"form": "carper"}, "Choose one of the forms on the list."),
        ({"timeout_s": "long"}, "The time-out is a number of seconds"),
        ({"timeout_s": "0"}, "Timeout_s must be from 0.1 to 3600"),
        ({"price_in": "-1"}, "Price_in must be from 0"),
        ({"batch": "1000"}, "Batch must be from 1 to 256"),
    ],
)
def test_a_wrong_endpoint_is_refused_in_a_sentence_at_its_field(
    person: Client, changes: dict, sentence: str
) -> None:
    answer = person.post(reverse("model-add-endpoint"), endpoint_form(**changes))
    page = page_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert f'href="#{next(iter(changes))}"' in page  # the summary leads to the field


def test_a_folder_of_a_model_is_added(person: Client, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"x")
    given = {"name": "mine", "folder": str(tmp_path), "form": "unified"}
    person.post(reverse("model-add-folder"), given)
    assert registry.spec_of("mine").folder == str(tmp_path)


@pytest.mark.parametrize(
    ("files", "folder", "sentence"),
    [
        ([], "models/x", "Give the folder from the root on"),
        ([], "/nowhere/at/all", "There is no folder /nowhere/at/all"),
        ([], "", "holds no config.json"),
        (["config.json", "pytorch_model.bin"], "", "holds no .safetensors"),
    ],
)
def test_a_folder_without_a_model_is_refused(
    person: Client, tmp_path: Path, files: list[str], folder: str, sentence: str
) -> None:
    for name in files:
        (tmp_path / name).write_text("{}")
    given = {"name": "mine", "folder": folder or str(tmp_path), "form": "unified"}
    answer = person.post(reverse("model-add-folder"), given)
    assert answer.status_code == 422
    assert sentence in page_of(answer)


def test_removing_a_model_can_be_undone(person: Client, endpoint: ModelVersion) -> None:
    person.post(reverse("model-remove", args=["far-123"]), headers=JSON)
    assert registry.find("far") is None
    assert "Removed" in page_of(person.get(reverse("models")))
    person.post(reverse("model-restore", args=["far-123"]), headers=JSON)
    assert registry.find("far") == endpoint


def test_a_model_under_training_is_not_removed(
    person: Client, tuned: ModelVersion, run: Run
) -> None:
    make_training(tuned, run, state=TrainingState.RUNNING)
    answer = person.post(reverse("model-remove", args=["legs-abc"]), headers=JSON)
    assert answer.status_code == 409
    assert "stop that training first" in answer.json()["error"]


def test_a_model_is_promoted_to_a_run_and_rolled_back(
    person: Client, tuned: ModelVersion, run: Run
) -> None:
    person.post(reverse("model-promote", args=["legs-abc"]), {"run": run.pk}, headers=JSON)
    run.refresh_from_db()
    assert run.mix == [["legs", 100.0]]
    person.post(reverse("model-rollback"), {"run": run.pk}, headers=JSON)
    run.refresh_from_db()
    assert run.mix == [["bundled", 100.0]]


def test_a_model_is_promoted_for_new_runs_and_rolled_back(
    person: Client, tuned: ModelVersion
) -> None:
    person.post(reverse("model-promote", args=["legs-abc"]))
    page = page_of(person.get(reverse("run-new")))
    assert '<option value="legs" selected>' in page
    person.post(reverse("model-rollback"))
    assert registry.default_name() == "bundled"


@pytest.mark.parametrize("number", ["99", "x", "9" * 30])
def test_promoting_to_a_run_that_is_not_there_is_refused(
    person: Client, tuned: ModelVersion, number: str
) -> None:
    answer = person.post(reverse("model-promote", args=["legs-abc"]), {"run": number}, headers=JSON)
    assert answer.status_code == 409
    assert "There is no run" in answer.json()["error"]


def test_an_upload_that_is_no_model_is_refused_in_a_sentence(person: Client) -> None:
    for fields, sentence in (
        ({"name": "x"}, "Choose a file"),
        ({"name": "x", "file": SimpleUploadedFile("x.zip", b"nonsense")}, "no readable zip"),
    ):
        answer = person.post(reverse("model-upload"), fields, headers=JSON)
        assert answer.status_code == 409
        assert sentence in answer.json()["error"]


def test_weights_are_downloaded_and_taken_in_elsewhere(
    person: Client, tuned: ModelVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "MODELS_DIR", tmp_path)
    gone = person.get(reverse("model-weights", args=["legs-abc"]))
    assert gone.status_code == 404
    assert "are gone" in page_of(gone)
    shutil.copytree(registry.BUNDLED_DIR, tmp_path / "legs")
    answer = person.get(reverse("model-weights", args=["legs-abc"]))
    assert answer["Content-Disposition"] == 'attachment; filename="legs.zip"'
    file = SimpleUploadedFile("legs.zip", b"".join(answer.streaming_content))
    fields = {"name": "legs-too", "file": file}
    where = person.post(reverse("model-upload"), fields, headers=JSON).json()["url"]
    assert "legs-too" in page_of(person.get(where))
    assert (Path(registry.spec_of("legs-too").folder) / "model.safetensors").is_file()


def install(person: Client, monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> dict:
    """Begin an installation by ``program`` and return how it stands once it is over."""
    monkeypatch.setattr(registry, "MODELS_DIR", folder)
    monkeypatch.setattr(installing, "COMMAND", (sys.executable, "-c", program))
    monkeypatch.setattr(installing, "STARTING", 0.5)
    person.post(reverse("api-smollm2"))
    for _ in range(100):
        found = person.get(reverse("api-smollm2")).json()
        if found["state"] != "running":
            break
        time.sleep(0.1)
    return found


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("print('CommandError: pip could not fetch it')", "pip could not fetch it"),
        ("print('downloading 30 %')", "it ended before it was done: downloading 30 %"),
        ("pass", "it ended without a word"),
    ],
)
def test_an_installation_that_fails_says_why_and_can_be_begun_again(
    person: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, reason: str
) -> None:
    for _ in range(2):
        found = install(person, monkeypatch, tmp_path, program)
        assert (found["state"], found["reason"]) == ("failed", reason)


def test_an_installation_under_way_tells_how_far_it_is_and_begins_once(
    person: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(registry, "MODELS_DIR", tmp_path)
    assert person.get(reverse("api-smollm2")).json()["state"] == "absent"
    (tmp_path / "smollm2.log").write_text("starting\ndownloading 40 %\n")
    os.utime(tmp_path / "smollm2.log", (0, 0))  # nothing was written for long
    with (tmp_path / ".smollm2.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for found in (person.get, person.post):
            answer = found(reverse("api-smollm2")).json()
            assert (answer["state"], answer["what"], answer["share"]) == (
                "running", "downloading", 0.4,
            )  # fmt: skip
    assert (tmp_path / "smollm2.log").read_text().startswith("starting")


def test_a_model_that_was_installed_and_removed_is_offered_again(
    person: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = "print('smollm2 is installed: a run may use it now')"
    assert install(person, monkeypatch, tmp_path, program)["state"] == "absent"


def test_an_installed_model_is_linked_instead_of_offered(person: Client) -> None:
    assert 'data-state="absent"' in page_of(person.get(reverse("models")))
    registry.add(ModelSpec(kind="hf", name="smollm2", folder="/x"), version="smollm2-1")
    page = page_of(person.get(reverse("models")))
    assert person.get(reverse("api-smollm2")).json()["state"] == "installed"
    assert 'data-testid="install-smollm2"' not in page


# --- fine-tuning
def test_the_page_offers_runs_with_what_there_is_to_learn(person: Client, run: Run) -> None:
    page = page_of(person.get(reverse("training-new") + f"?run={run.pk}"))
    assert "40 kept of 40 children" in page
    assert f'name="runs" value="{run.pk}" checked' in page


def test_a_preview_counts_what_the_filters_leave(person: Client, run: Run) -> None:
    every = person.post(reverse("api-training-preview"), tune_form(run)).json()
    half = person.post(reverse("api-training-preview"), tune_form(run, messages=["Say 0."])).json()
    cells = Child.objects.filter(run=run, seq__gt=0).values_list("cell", flat=True)[:12]
    few = tune_form(run, cells=" ".join(map(str, cells)))
    brushed = person.post(reverse("api-training-preview"), few).json()
    assert every["problems"] == []
    assert [found["edits"] + found["leaking"] for found in (every, half, brushed)] == [40, 20, 12]
    assert every["estimate_s"] > 0


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"runs": []}, "runs", "Choose at least one run"),
        ({"runs": ["999"]}, "runs", "not there any more"),
        ({"runs": ["x"]}, "runs", "One of these runs is not there"),
        ({"runs": ["9" * 30]}, "runs", "One of these runs is not there"),
        ({"base": "gpt"}, "base", "cannot be fine-tuned here"),
        ({"cells": "1 x"}, "cells", "The cells are whole numbers"),
        ({"preset": "huge"}, "preset", "Choose one of the presets."),
        ({"weighting": "luck"}, "weighting", "“equal” or by “gain”"),
        ({"epochs": "many"}, "epochs", "The epochs are a number"),
        ({"epochs": "nan"}, "epochs", "The epochs are a number"),
        ({"epochs": "1000"}, "epochs", "Epochs must be a number from 0.1 to 50"),
        ({"learning_rate": "1"}, "learning_rate", "Learning_rate must be a number"),
        ({"held_out": "0"}, "held_out", "Held_out must be a number from 0.05"),
        ({"share": "2"}, "share", "Share must be a number"),
        ({"batch_tokens": "1"}, "batch_tokens", "Batch_tokens must be a whole number"),
        ({"compare": "-1"}, "compare", "Compare must be a whole number"),
        ({"since_seq": "-1"}, "since_seq", "Since_seq must be a whole number"),
        ({"min_gain": "-1"}, "min_gain", "Min_gain must be a number"),
    ],
)
def test_a_wrong_setting_is_refused_in_a_sentence_at_its_field(
    person: Client, run: Run, changes: dict, field: str, sentence: str
) -> None:
    fields = tune_form(run, **changes)
    preview = person.post(reverse("api-training-preview"), fields)
    assert preview.status_code == 422
    assert sentence in preview.json()["fields"][field]
    answer = person.post(reverse("training-new"), fields)
    assert answer.status_code == 422
    assert sentence in page_of(answer)
    assert f'href="#f-{field}"' in page_of(answer)
    assert not Training.objects.exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Give the new model a name"), ("a/b", "A model's name has"), ("bundled", "already")],
)
def test_a_name_that_cannot_be_used_is_refused(
    person: Client, run: Run, name: str, sentence: str
) -> None:
    answer = person.post(reverse("training-new"), tune_form(run, name=name))
    assert answer.status_code == 422
    assert sentence in page_of(answer)


def test_too_few_diffs_are_refused_when_started_and_said_beforehand(person: Client) -> None:
    run = make_run()
    problems = person.post(reverse("api-training-preview"), tune_form(run)).json()["problems"]
    assert "accepted diffs fit these filters" in problems[0]
    answer = person.post(reverse("training-new"), tune_form(run))
    assert "accepted diffs fit these filters" in page_of(answer)


def test_a_filled_in_form_starts_a_training(person: Client, run: Run) -> None:
    fields = tune_form(run, epochs="3", weighting="gain", messages=["Say 1."]) | {"run": run.pk}
    answer = person.post(reverse("training-new"), fields)
    training = Training.objects.get()
    assert answer.url == reverse("training", args=[training.pk])
    assert (training.name, training.run, training.state) == ("legs-1", run, "queued")
    config = TuneConfig.from_json(training.config)
    assert (config.epochs, config.weighting, config.messages) == (3.0, "gain", ("Say 1.",))
    assert config.compare == 200  # the preset's
    assert config.runs == (run.pk,)


def test_the_first_run_sent_is_the_one_whose_map_was_brushed(person: Client, run: Run) -> None:
    other = make_run()
    fields = tune_form(run, runs=[other.pk, run.pk])
    person.post(reverse("training-new"), fields)
    assert TuneConfig.from_json(Training.objects.get().config).runs == (other.pk, run.pk)


@pytest.mark.parametrize("state", TrainingState.values)
def test_a_training_has_a_page_in_every_state(
    person: Client, tuned: ModelVersion, run: Run, state: str
) -> None:
    one = make_training(tuned, run, state=state, reason=EVIL, name="walk")
    page = person.get(reverse("training", args=[one.pk])).content.decode()
    assert f'data-testid="training-state">{state}<' in page
    assert EVIL not in page
    assert person.get(reverse("models")).status_code == 200


def test_a_live_training_is_sent_once_and_then_only_when_it_changed(
    person: Client, tuned: ModelVersion, run: Run
) -> None:
    one = make_training(tuned, run, state=TrainingState.RUNNING)
    path = reverse("api-training-live", args=[one.pk])
    first = person.get(path)
    assert first.json()["state"] == "running"
    again = {"If-None-Match": first["ETag"]}
    assert person.get(path, headers=again).status_code == 304
    Training.objects.filter(pk=one.pk).update(progress={"step": 1, "steps": 2})
    assert person.get(path, headers=again).status_code == 200


def test_a_training_is_stopped_and_resumed(person: Client, run: Run) -> None:
    person.post(reverse("training-new"), tune_form(run))
    one = Training.objects.get()
    for action, state in (("stop", "stopped"), ("resume", "queued")):
        answer = person.post(reverse(f"api-training-{action}", args=[one.pk]))
        assert answer.json() == {"state": state}
    refused = person.post(reverse("api-training-resume", args=[one.pk]))
    assert refused.status_code == 409
    assert "Cannot resume training" in refused.json()["error"]


def test_a_training_is_removed_from_the_list_and_restored(
    person: Client, tuned: ModelVersion, run: Run
) -> None:
    one = make_training(tuned, run, state=TrainingState.FAILED, name="in-vain")
    for action, is_removed in (("remove", True), ("restore", False)):
        assert person.post(reverse(f"api-training-{action}", args=[one.pk])).status_code == 200
        live = person.get(reverse("api-training-live", args=[one.pk])).json()
        assert live["is_removed"] == is_removed
        page = person.get(reverse("models")).content.decode()
        row = page.split(reverse("training", args=[one.pk]))[0].rsplit("<li", 1)[-1]
        assert ("training-row" in row) != is_removed
        assert reverse("training", args=[one.pk]) in page  # below "Removed" it can be found
    Training.objects.filter(pk=one.pk).update(state=TrainingState.RUNNING)
    refused = person.post(reverse("api-training-remove", args=[one.pk]))
    assert (refused.status_code, "stop it first" in refused.json()["error"]) == (409, True)


# --- runs
def test_the_models_of_a_run_are_changed_and_the_answer_undoes_it(person: Client, run: Run) -> None:
    path = reverse("api-run-models", args=[run.pk])
    mix = {"model_name": ["bundled", "random_gp"], "model_weight": ["3", "1"]}
    answer = person.post(path, mix).json()
    run.refresh_from_db()
    assert run.mix == answer["after"] == [["bundled", 3.0], ["random_gp", 1.0]]
    assert answer["before"] == [["bundled", 100.0]]


@pytest.mark.parametrize(
    ("mix", "sentence"),
    [
        ({"model_name": ["gpt"]}, "There is no model 'gpt' here"),
        ({"model_name": []}, "A run needs 1 to 8 models"),
        ({"model_name": ["bundled", "bundled"], "model_weight": ["1", "1"]}, "is there twice"),
    ],
)
def test_a_wrong_mix_for_a_run_is_refused(
    person: Client, run: Run, mix: dict, sentence: str
) -> None:
    answer = person.post(reverse("api-run-models", args=[run.pk]), mix)
    assert answer.status_code == 409
    assert sentence in answer.json()["error"]


def test_a_run_that_is_over_keeps_its_models(person: Client, run: Run) -> None:
    Run.objects.update(state=RunState.FINISHED)
    answer = person.post(reverse("api-run-models", args=[run.pk]), {"model_name": ["random_gp"]})
    assert answer.status_code == 409


def test_a_run_is_told_to_train_again_by_itself_and_to_stop_that(person: Client, run: Run) -> None:
    path = reverse("api-run-repeat", args=[run.pk])
    set_to = person.post(path, {"every": "500", "preset": "quick"}).json()["repeat"]
    assert set_to == {"every": 500, "preset": "quick"}
    assert person.post(path, {"every": "", "preset": "quick"}).json()["repeat"] is None
    for every in ("1", "x", "-5", "9" * 12):
        answer = person.post(path, {"every": every, "preset": "quick"})
        assert answer.status_code == 409, every


def test_the_arms_of_a_comparison_stay_off_the_dashboard(
    person: Client, tuned: ModelVersion, run: Run
) -> None:
    one = make_training(tuned, run, state=TrainingState.COMPARING)
    arm = make_run()
    Run.objects.filter(pk=arm.pk).update(trial_of=one, name="an arm")
    assert "an arm" not in page_of(person.get("/"))
    page = page_of(person.get(reverse("run", args=[arm.pk])))
    assert reverse("training", args=[one.pk]) in page
    assert 'data-testid="fine-tune"' not in page


def test_a_child_names_the_version_that_wrote_it_and_how(
    person: Client, tuned: ModelVersion, run: Run
) -> None:
    Child.objects.filter(run=run, seq=1).update(
        model_version=tuned, how_applied="fuzzy", tries=3,
        timings={"tokens": 57, "model_s": 0.21, "cost": 0.0004},
    )  # fmt: skip
    page = page_of(person.get(reverse("child", args=[run.pk, 1])))
    assert reverse("model", args=["legs-abc"]) in page
    for words in ("3 tries", "57 tokens", "0.0004"):
        assert words in page
    assert json.loads(person.get(reverse("api-child", args=[run.pk, 1])).content)["tries"] == 3
