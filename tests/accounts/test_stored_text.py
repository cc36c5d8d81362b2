"""Stored text is shown, never obeyed: markup, scripts, lines of a megabyte, turned directions."""

import json
import re

import pytest
from django.urls import reverse

from archive import services
from archive.models import Child, Job, ModelVersion, Run, SeedProgram, Training
from elmweb.accounts.models import AuditEntry
from simulation.outcome import Outcome
from tests.accounts.conftest import client_of

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"
BREAKS_OUT = (
    "</script></textarea></pre><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>{{7*7}}"
)
TURNED = "\u202e\u2066evil\u2069\u200f\u061c"
NASTY = SCRIPT + BREAKS_OUT + TURNED
LONG = "x" * 1_000_000
# What must not stand in a page as markup; as escaped text it may.
_OBEYED = re.compile(r"<script>alert|<img src=x|<svg onload|>49<", re.IGNORECASE)


@pytest.fixture
def poisoned(things, people):
    """The same things, with nasty text wherever text is stored."""
    run, first = things.run, Child.objects.get(run=things.run, seq=1)
    Run.objects.filter(pk=run.pk).update(name=NASTY[:120], reason=NASTY, state="failed")
    config = run.config | {"messages": [[SCRIPT + BREAKS_OUT, 1.0]]}
    Run.objects.filter(pk=run.pk).update(config=config, mix=[[NASTY[:64], 1.0]])
    source = f'"""{NASTY}"""\nx = "{TURNED}"\n# {LONG[:60_000]}\n'
    first.program.source = source
    first.program.save()
    diff = f"--- a\n+++ b\n@@ -1 +1 @@\n-{NASTY}\n+{LONG}{NASTY}\n"
    Child.objects.filter(pk=first.pk).update(
        commit_message=NASTY[:300], diff=diff, completion=LONG + NASTY, reason=NASTY,
        operator=NASTY[:40], how_applied=NASTY[:40], outcome=Outcome.EVALUATED,
    )  # fmt: skip
    SeedProgram.objects.filter(pk=things.seed.pk).update(name=NASTY[:80], description=NASTY[:300])
    ModelVersion.objects.filter(pk=things.model.pk).update(
        name=NASTY[:64], card={"good_at": NASTY, NASTY: [NASTY, LONG]}
    )
    Training.objects.filter(pk=things.training.pk).update(name=NASTY[:64], reason=NASTY)
    things.terrain.name = NASTY[:80]
    things.terrain.save()
    result = {"outcome": "crashed", "reason": NASTY}
    Job.objects.filter(pk=things.check.pk).update(payload={"source": NASTY}, result=result)
    AuditEntry.objects.create(name=NASTY[:150], action=NASTY[:60], target=NASTY, note=NASTY)
    people.ben.username = NASTY[:150]
    people.ben.save()
    run.refresh_from_db()
    return things


def pages(things, people) -> list[str]:
    run, model = things.run, things.model.version
    return [
        "/", "/?part=rows", f"/runs/{run.pk}/", f"/runs/{run.pk}/children/1/", "/runs/new/",
        "/seeds/", f"/seeds/{things.seed.pk}/", f"/seeds/new/?from={run.pk}/1", "/terrains/",
        f"/terrains/new/?from={things.terrain.pk}", "/models/", reverse("model", args=[model]),
        "/trainings/new/", f"/trainings/{things.training.pk}/", "/races/",
        f"/races/?walkers={run.pk}-1,seed-{things.seed.pk}", "/users/", f"/users/{people.ben.pk}/",
        "/audit/", "/account/", f"/races/?walkers={NASTY}", f"/nothing/{SCRIPT}/",
    ]  # fmt: skip


def test_no_page_obeys_what_is_stored(poisoned, people):
    browser = client_of(people.ada)
    shown = 0
    for address in pages(poisoned, people):
        answer = browser.get(address)
        assert answer.status_code in (200, 404, 422), (address, answer.status_code)
        text = answer.content.decode()
        assert not _OBEYED.search(text), (address, _OBEYED.search(text))
        shown += "&lt;script&gt;alert(1)" in text or "\\u003Cscript\\u003E" in text
    assert shown >= 12  # it is there, as text


def test_the_api_gives_it_as_data(poisoned, people):
    browser = client_of(people.ada)
    child = browser.get(f"/api/runs/{poisoned.run.pk}/children/1")
    assert child["Content-Type"] == "application/json"
    assert child["X-Content-Type-Options"] == "nosniff"
    assert json.loads(child.content)["completion"] == LONG + NASTY
    source = browser.get(f"/runs/{poisoned.run.pk}/children/1/source.py")
    assert source["Content-Disposition"].startswith("attachment")


def test_code_marks_what_would_turn_its_direction(poisoned, people):
    page = client_of(people.ada).get(f"/runs/{poisoned.run.pk}/children/1/").content.decode()
    code = page[page.index('id="source"') :]
    assert '<span class="turner" data-name="U+202E">\u202e</span>' in code
    assert not re.search(r'(?<!">)[\u202a-\u202e\u2066-\u2069]', code[: code.index("</pre>")])


def test_names_and_messages_of_new_things_are_on_one_line_and_printable(people):
    fields = {"name": f"run {TURNED}"}
    answer = client_of(people.ada).post("/runs/new/", fields)
    assert answer.status_code == 422
    assert "cannot be printed" in answer.content.decode()
    with pytest.raises(ValueError, match="name"):
        services.save_terrain(f"hill{TURNED}", [(-50, 0), (60, 0)])


def test_scripts_run_only_from_here_and_never_from_text(people):
    policy = client_of(people.vera).get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy  # hence 'self', without inline scripts
    assert "frame-ancestors 'none'" in policy
