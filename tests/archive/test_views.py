"""The pages: each one renders, refuses in sentences, and shows stored text as text."""

import html
import json
import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from archive.models import Child, Job, Program, Run, RunState, SeedProgram
from archive.services import recording
from archive.services.recording import Candidacy
from elmweb.accounts.models import User
from simulation.outcome import Outcome
from tests.archive.factories import add_children, evaluated, make_run

pytestmark = pytest.mark.django_db

WALKER = {
    "joints": [[0, 0], [10, 0], [5, 8]],
    "muscles": [
        [0, 1, {"type": "distance", "amplitude": 0.0, "phase": 0.0}],
        [0, 2, {"type": "muscle", "amplitude": 2.0, "phase": 0.5}],
    ],
}
EVIL = '<script>alert("x")</script>'
DETAILS = {
    "signed_distance": -7.0,
    "first_half": -3.0,
    "second_half": -4.0,
    "airborne": 0.1,
    "rise": 0.2,
    "joints": 3,
    "muscles": 2,
    "notes": [f"a note {EVIL}"],
}


@pytest.fixture
def person(client: Client) -> Client:
    """A browser that is logged in."""
    client.force_login(User.objects.create_user("somebody", role="admin"))
    return client


@pytest.fixture
def square() -> SeedProgram:
    program = Program.objects.create(
        sha256="a" * 64, source="def make_walker():\n    pass\n", walker=WALKER
    )
    return SeedProgram.objects.create(
        name="square", program=program, fitness=11.5, measures=[10, 10, 25], details=DETAILS
    )


def record(run: Run, **given: object) -> Child:
    """Append one child of the seed program that was evaluated, or ended as ``outcome``."""
    parent = Child.objects.get(run=run, seq=0)
    candidacy = Candidacy(operator="diff", parent_id=parent.pk, **given)  # type: ignore[arg-type]
    evaluation = None if candidacy.outcome else evaluated((5.0, 5.0, 30.0), 7.0)
    (child,) = recording.record(run.pk, [candidacy], [evaluation])
    Child.objects.filter(pk=child.pk).update(details=DETAILS if evaluation else {})
    return Child.objects.get(pk=child.pk)


def text_of(page: str, test_id: str) -> str:
    """Return the textContent of the element with this data-testid, as a browser has it."""
    reader = _Text(test_id)
    reader.feed(page)
    return "".join(reader.parts)


class _Text(HTMLParser):
    def __init__(self, test_id: str) -> None:
        super().__init__(convert_charrefs=True)
        self.test_id, self.parts, self.depth = test_id, [], 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if self.depth or ("data-testid", self.test_id) in attrs:
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth = max(self.depth - 1, 0)

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.parts.append(data)


def form(**changes: object) -> dict[str, object]:
    filled = {
        "seed_program": SeedProgram.objects.get().pk,
        "name": "mine",
        "budget": "50",
        "temperature": "0.8",
        "tries": "4",
        "model_name": ["bundled"],
        "terrain": "flat",
        "rng_seed": "7",
        "message_text": ["Make it faster.", "Change a leg."],
        "message_weight": ["3", "1"],
    }
    return filled | changes


@pytest.mark.parametrize("name", ["dashboard", "run-new", "seeds", "seed-new"])
def test_a_page_renders_while_there_is_nothing_to_show(person: Client, name: str) -> None:
    assert person.get(reverse(name)).status_code == 200


def test_an_empty_dashboard_offers_the_demo_run_and_says_what_will_happen(person: Client) -> None:
    page = person.get("/").content.decode()
    assert 'data-testid="start-demo"' in page
    assert "two thousand times" in page


def test_the_demo_run_can_be_started_from_a_dashboard_with_runs_too(person: Client) -> None:
    make_run()
    assert reverse("run-demo") in person.get("/").content.decode()


def test_starting_the_demo_run_leads_to_its_page(person: Client, square: SeedProgram) -> None:
    answer = person.post(reverse("run-demo"))
    run = Run.objects.get()
    assert answer.url == reverse("run", args=[run.pk])
    assert run.state == RunState.RUNNING


def test_the_dashboard_lists_a_run_with_its_figures(person: Client) -> None:
    run = make_run(budget=100)
    record(run, source="x = 1\n")
    page = person.get("/?part=rows").content.decode()
    assert f'id="run-{run.pk}"' in page
    assert "<!doctype html>" not in page
    assert "8.00" in page or "7.00" in page  # the best walk
    assert 'aria-valuemax="100"' in page


@pytest.mark.parametrize("state", RunState.values)
def test_a_run_has_a_page_in_every_state(person: Client, state: str) -> None:
    run = make_run(state=RunState(state))
    page = person.get(reverse("run", args=[run.pk])).content.decode()
    for test_id in ("run-state", "kpi-coverage", "slab-grid", "map3d", "feed"):
        assert f'data-testid="{test_id}"' in page
    assert '<script id="snapshot" type="application/json">' in page


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/runs/99/", "There is no run 99."),
        (f"/runs/{10**30}/", "There is no run"),
        ("/seeds/99/", "There is no seed program 99."),
        ("/seeds/new/?from=nonsense", "names no child"),
        ("/seeds/new/?from=99/1", "There is no run 99."),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(person: Client, path: str, sentence: str) -> None:
    answer = person.get(path)
    assert answer.status_code == 404
    assert sentence in html.unescape(answer.content.decode())


def test_an_unknown_child_says_which_children_there_are(person: Client) -> None:
    run = make_run()
    answer = person.get(reverse("child", args=[run.pk, 5]))
    assert answer.status_code == 404
    assert "its children so far are 0 to 0" in html.unescape(answer.content.decode())


def test_the_page_of_a_child_holds_its_program_and_diff_to_the_letter(person: Client) -> None:
    source = '\n\ndef make_walker():  # <b>&amp;\n    return "\t"  \n\n'
    diff = "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-old <i>\n+new &lt;i>\n \n\\ No newline at end of file\n"
    run = make_run()
    child = record(run, source=source, diff=diff, commit_message="Change it.", completion="@@")
    page = person.get(reverse("child", args=[run.pk, child.seq])).content.decode()
    assert text_of(page, "source") == source
    assert text_of(page, "diff") == diff
    assert "Change it." in page
    assert reverse("child", args=[run.pk, 0]) in page  # its parent


def test_stored_text_is_shown_as_text_on_every_page(person: Client, square: SeedProgram) -> None:
    run = make_run()
    Run.objects.filter(pk=run.pk).update(name=EVIL, reason=EVIL, seed_program=square)
    SeedProgram.objects.update(name=EVIL, description=EVIL)
    child = record(
        run, source=f"'''{EVIL}'''\n", diff=f"@@ -1 +1 @@\n-{EVIL}\n+{EVIL} 2\n",
        commit_message=EVIL, completion=EVIL,
    )  # fmt: skip
    failed = record(run, outcome=Outcome.DOES_NOT_APPLY, reason=EVIL, diff=EVIL, completion=EVIL)
    paths = [
        "/",
        "/?part=rows",
        "/runs/new/",
        "/seeds/",
        f"/seeds/{square.pk}/",
        f"/runs/{run.pk}/",
    ]
    paths += [f"/runs/{run.pk}/children/{one.seq}/" for one in (child, failed)]
    paths += [f"/seeds/new/?from={run.pk}/{child.seq}"]
    for path in paths:
        page = person.get(path).content.decode()
        assert EVIL not in page, path
        assert "<script>" not in page, path


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.EVALUATED])
def test_a_failed_child_has_a_page_with_its_reason(person: Client, outcome: Outcome) -> None:
    run = make_run()
    child = record(run, outcome=outcome, reason="line 3: exactly this happened")
    page = person.get(reverse("child", args=[run.pk, child.seq])).content.decode()
    assert outcome.sentence in html.unescape(page)
    assert "line 3: exactly this happened" in page
    assert "data-player" not in page


def test_the_line_of_descent_leads_back_to_the_seed_program(person: Client) -> None:
    run = make_run()
    child = record(run, source="x = 1\n")
    second = Child.objects.get(pk=child.pk)
    grandchild = Candidacy(operator="diff", parent_id=second.pk, source="x = 2\n")
    recording.record(run.pk, [grandchild], [evaluated((5, 5, 30), 9.0)])
    page = person.get(reverse("child", args=[run.pk, 2])).content.decode()
    lineage = page[page.index('data-testid="lineage"') :]
    links = re.findall(rf'href="/runs/{run.pk}/children/(\d+)/"', lineage[: lineage.index("</ol>")])
    assert links == ["2", "1", "0"]


def test_a_program_can_be_downloaded(person: Client) -> None:
    run = make_run()
    child = record(run, source="x = 1\n")
    answer = person.get(reverse("child-source", args=[run.pk, child.seq]))
    assert answer.content == b"x = 1\n"
    assert "attachment" in answer["Content-Disposition"]


def test_downloading_a_program_that_is_not_there_is_refused(person: Client) -> None:
    run = make_run()
    child = record(run, outcome=Outcome.NO_DIFF, reason="nothing came")
    assert person.get(reverse("child-source", args=[run.pk, child.seq])).status_code == 404


def test_a_filled_in_form_starts_a_run(person: Client, square: SeedProgram) -> None:
    answer = person.post(reverse("run-new"), form(terrain="steps", difficulty="0.25"))
    run = Run.objects.get()
    assert answer.url == reverse("run", args=[run.pk])
    assert run.state == RunState.RUNNING
    assert (run.name, run.rng_seed, run.seed_program) == ("mine", 7, square)
    assert run.config["messages"] == [["Make it faster.", 3.0], ["Change a leg.", 1.0]]
    assert run.config["terrains"] == ["steps:0.25:0"]


def test_a_run_is_set_up_on_several_terrains_with_another_fitness(
    person: Client, square: SeedProgram
) -> None:
    rows = {"terrain": ["flat", "hills"], "difficulty": ["", "0,3"], "terrain_seed": ["", "4"]}
    person.post(reverse("run-new"), form(**rows, over="min", fitness="steady"))
    config = Run.objects.get().config
    assert config["terrains"] == ["flat", "hills:0.3:4"]
    assert (config["over"], config["fitness"]) == ("min", "steady")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"terrain": []}, "A run needs 1 to 8 terrains, got 0."),
        ({"terrain": ["flat", "flat"]}, "A terrain is there twice: once is enough."),
        ({"terrain": "saved:77"}, "This terrain is not there any more: choose another one."),
        ({"terrain": "bumpy", "terrain_seed": "-1"}, "The terrain's number is a whole number"),
        ({"fitness": "speed"}, "Select a valid choice."),
        ({"budget": ""}, "Say how many children the run may have."),
        ({"budget": "0"}, "The budget must be at least 1 child."),
        ({"budget": "1e3"}, "The budget is a whole number of children"),
        ({"budget": "99999999999"}, "The budget can be at most 10,000,000 children."),
        ({"temperature": "hot"}, "The temperature is a number above 0"),
        ({"temperature": "0"}, "The temperature must lie in (0, 2]"),
        ({"temperature": "nan"}, "The temperature is a number above 0"),
        ({"tries": "5"}, "The tries are a whole number from 1 to 4."),
        ({"tries": "many"}, "The tries are a whole number from 1 to 4."),
        ({"model_name": []}, "A run needs 1 to 8 models, got 0."),
        ({"model_name": ["gpt"]}, "There is no model 'gpt' here"),
        ({"terrain": "moon"}, "There is no terrain 'moon' here: choose one of the list."),
        ({"terrain": "hills", "difficulty": "2"}, "The difficulty is a number from 0 to 1."),
        ({"rng_seed": "-1"}, "The rng seed is a whole number from 0"),
        ({"rng_seed": "9" * 40}, "The rng seed is too large"),
        ({"seed_program": ""}, "Choose the seed program to start from."),
        ({"seed_program": "123456"}, "This seed program is not there any more"),
        ({"name": "x" * 121}, "A name has at most 120 characters."),
        ({"message_weight": ["many", "1"]}, "must be a number, got 'many'"),
        ({"message_weight": ["", "1"]}, "needs a weight"),
        ({"message_weight": ["-1", "1"]}, "must be a number from 0 to 1,000,000"),
        ({"message_weight": ["nan", "1"]}, "must be a number from 0 to 1,000,000"),
        ({"message_weight": ["0", "0"]}, "At least one commit message needs a weight above 0"),
        ({"message_text": ["", ""], "message_weight": ["", ""]}, "A run needs 1 to 50 commit"),
        ({"message_text": ["same", "same"]}, "Two commit messages are the same"),
        ({"message_text": ["x" * 301, "b"]}, "A commit message is one line of 1 to 300"),
    ],
)
def test_a_wrong_field_is_refused_in_a_sentence_and_keeps_what_was_typed(
    person: Client, square: SeedProgram, changes: dict, sentence: str
) -> None:
    answer = person.post(reverse("run-new"), form(**changes))
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert sentence in page
    assert 'data-testid="error-summary"' in page
    for field, value in changes.items():
        assert (
            field in ("seed_program", "terrain", "model_name", "fitness")
            or str(value[0] if isinstance(value, list) else value) in page
        )
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (["many", "1"], "The weight of the model 'bundled' must be a number, got 'many'."),
        (["", "1"], "The model 'bundled' needs a weight."),
        (["-1", "1"], "must be a number from 0 to 1,000,000"),
        (["nan", "1"], "must be a number from 0 to 1,000,000"),
        (["0", "0"], "At least one model needs a weight above 0."),
    ],
)
def test_a_wrong_mix_of_models_is_refused_in_a_sentence(
    person: Client, square: SeedProgram, weights: list[str], sentence: str
) -> None:
    mix = {"model_name": ["bundled", "random_gp"], "model_weight": weights}
    answer = person.post(reverse("run-new"), form(**mix))
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.content.decode())
    assert not Run.objects.exists()


def test_a_run_takes_a_mix_of_models_and_a_number_of_tries(
    person: Client, square: SeedProgram
) -> None:
    mix = {"model_name": ["bundled", "random_gp"], "model_weight": ["3", "0,5"], "tries": "2"}
    person.post(reverse("run-new"), form(**mix))
    run = Run.objects.get()
    assert run.mix == run.config["models"] == [["bundled", 3.0], ["random_gp", 0.5]]
    assert run.config["tries"] == 2


def test_a_checked_program_is_saved_as_a_seed_program(person: Client) -> None:
    job = Job.objects.create(
        kind=Job.Kind.CHECK,
        state=Job.State.DONE,
        payload={"source": "x = 1\n"},
        result={
            "outcome": "evaluated", "reason": "", "fitness": 3.0, "measures": [5, 5, 30],
            "details": DETAILS, "walker": WALKER,
        },
    )  # fmt: skip
    answer = person.post(reverse("seed-new"), {"check": job.pk, "name": "leg", "description": ""})
    saved = SeedProgram.objects.get()
    assert answer.url == reverse("seed", args=[saved.pk])
    page = person.get(answer.url).content.decode()
    assert text_of(page, "source") == "x = 1\n"


@pytest.mark.parametrize("check", ["", "none", "999", "9" * 30, "-1"])
def test_a_program_without_a_check_is_not_saved_and_not_lost(person: Client, check: str) -> None:
    fields = {"check": check, "name": "leg", "source": "my = 'work'\n"}
    answer = person.post(reverse("seed-new"), fields)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Check the program before saving it." in page
    assert "my = 'work'" in page


def test_using_a_child_as_seed_program_starts_with_its_source(person: Client) -> None:
    run = make_run()
    child = record(run, source="found = True\n")
    page = person.get(reverse("seed-new") + f"?from={run.pk}/{child.seq}").content.decode()
    assert text_of(page, "seed-source") == "found = True\n"


def test_deleting_a_seed_program_can_be_undone(person: Client, square: SeedProgram) -> None:
    person.post(reverse("seed-delete", args=[square.pk]))
    assert "seed-card" not in person.get(reverse("seeds")).content.decode()
    person.post(reverse("seed-restore", args=[square.pk]))
    assert "seed-card" in person.get(reverse("seeds")).content.decode()


def test_a_bundled_seed_program_is_not_deleted(person: Client, square: SeedProgram) -> None:
    SeedProgram.objects.update(bundled=True)
    answer = person.post(
        reverse("seed-delete", args=[square.pk]), headers={"Accept": "application/json"}
    )
    assert answer.status_code == 409
    assert "cannot be deleted" in answer.json()["error"]


@pytest.mark.parametrize("name", ["run-demo", "seed-delete", "seed-restore"])
def test_nothing_changes_by_following_a_link(person: Client, name: str) -> None:
    path = reverse(name, args=[] if name == "run-demo" else [1])
    assert person.get(path).status_code == 405


def test_a_form_without_its_token_is_refused() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_user("somebody", role="admin"))
    assert browser.post(reverse("run-demo")).status_code == 403
    assert not Run.objects.exists()


@pytest.mark.parametrize("name", ["dashboard", "run-new", "seeds", "seed-new"])
def test_a_stranger_is_sent_to_the_login_page(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))


@pytest.mark.parametrize("name", ["dashboard", "run-new", "seeds", "seed-new"])
def test_no_page_needs_an_inline_script(person: Client, name: str) -> None:
    page = person.get(reverse(name)).content.decode()
    scripts = re.findall(r"<script\b[^>]*>", page)
    assert all("src=" in tag or "application/json" in tag for tag in scripts)
    assert not re.search(r"\son\w+=", page)


def test_the_time_a_run_takes_is_estimated_from_runs_of_the_same_kind(
    person: Client, square: SeedProgram
) -> None:
    slow, other = make_run(models=(("bundled", 100.0),)), make_run(models=(("random_gp", 100.0),))
    for run, seconds in ((slow, 600), (other, 10)):
        add_children(run, [((5, 5, 30), 1.0)] * 120)
        Run.objects.filter(pk=run.pk).update(state=RunState.FINISHED, elapsed=seconds)
    page = person.get(reverse("run-new")).content.decode()
    paces = json.loads(text_of_id(page, "paces"))
    assert paces["bundled"]["per_minute"] == pytest.approx(12, abs=0.2)
    assert paces["random_gp"]["per_minute"] == pytest.approx(720, abs=10)


def text_of_id(page: str, name: str) -> str:
    return page.split(f'id="{name}" type="application/json">')[1].split("</script>")[0]


@pytest.mark.parametrize("number", [2**63, 10**40])
@pytest.mark.parametrize(
    "address",
    ["/runs/{}/", "/runs/1/children/{}/", "/seeds/{}/", "/api/runs/{}/children/1/replay"],
)
def test_a_number_that_no_row_can_have_is_not_found(person, address, number):
    assert person.get(address.format(number)).status_code == 404
