"""``manage.py train_diff_model --runs``: what runs accepted becomes a part of the corpus."""

import json

import pytest

pytest.importorskip("torch")
from django.core.management import CommandError, call_command

from archive.models import Child
from tests.archive.factories import add_children, make_run
from workers.training import make
from workers.training.corpus import generate

pytestmark = pytest.mark.django_db


def test_accepted_diffs_of_a_run_are_harvested(tmp_path, monkeypatch, capsys):
    run = make_run()
    seed = Child.objects.get(run=run, seq=0)
    better, worse = add_children(run, [((9.0, 9.0, 30.0), 2.0), ((9.0, 9.0, 30.0), 1.0)])
    Child.objects.filter(run=run, seq__gt=0).update(parent=seed, commit_message="Add a leg")
    made = []
    monkeypatch.setattr(make, "make", lambda recipe, folder, **rest: made.append(recipe) or folder)
    call_command("train_diff_model", "--runs", str(run.pk), "--out", str(tmp_path))
    assert json.loads(capsys.readouterr().out.splitlines()[0])["harvested"] == 1
    (example,) = generate.read(tmp_path / "corpus" / make.HARVEST)
    assert example.parent.strip() == seed.program.source.strip()
    assert example.edits == (("Add a leg", better.program.source.strip()),)
    assert worse.placement == "rejected"
    assert len(made) == 1


def test_a_run_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="no run 4711"):
        call_command("train_diff_model", "--runs", "4711", "--out", str(tmp_path))
