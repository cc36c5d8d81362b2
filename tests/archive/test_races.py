"""Replays and races over HTTP: checked, kept by browsers for ever, reproduced by their address."""

import json
from html import unescape
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from archive import races, replays
from archive.config import RunConfig
from archive.models import Child, Program, SeedProgram
from archive.services import recording, terrains
from elmweb.accounts.models import User
from simulation.domains import get_domain
from simulation.evaluate import evaluate_walker
from simulation.replay import read_header, read_positions
from simulation.terrain import make_terrain
from tests.archive.factories import candidacy, make_run
from tests.simulation.programs import run_seed_program, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client: Client) -> Client:
    """A browser that is logged in."""
    client.force_login(User.objects.create_user("somebody", role="admin"))
    return client


def child_of(walker: dict, terrain: str = "flat", **config: object) -> Child:
    """Return a child with a real body and what its simulation gave, in a run of its own."""
    run = make_run(terrains=(terrain,), **config)
    evaluation = evaluate_walker(walker, get_domain("sodarace"), make_terrain(terrain))
    (one,) = recording.record(run.pk, [candidacy()], [evaluation])
    return Child.objects.select_related("program", "run").get(pk=one.pk)


def seed_of(name: str) -> SeedProgram:
    program = Program.objects.create(
        sha256=f"{name:0>64}", source="pass\n", walker=run_seed_program(name)
    )
    return SeedProgram.objects.create(
        name=name, program=program, bundled=True, fitness=1.0, measures=[5, 5, 5], details={}
    )


def replay_url(child: Child, query: str = "") -> str:
    return reverse("api-child-replay", args=[child.run_id, child.seq]) + query


def header_of(person: Client, url: str) -> dict:
    answer = person.get(url)
    assert answer.status_code == 200, answer.content
    return read_header(answer.content)


# --- replays


@pytest.fixture
def child_of_two_terrains() -> Child:
    run = make_run(terrains=("bumpy:0.4:2", "line:A & B:0,0 40,9"))
    course = RunConfig.from_json(run.config).course
    evaluation = evaluate_walker(square(), get_domain("sodarace"), course)
    (one,) = recording.record(run.pk, [candidacy()], [evaluation])
    return Child.objects.get(pk=one.pk)


@pytest.mark.parametrize("place", [0, 1])
def test_of_several_terrains_each_is_played_and_compared(
    person: Client, child_of_two_terrains: Child, place: int
) -> None:
    child = child_of_two_terrains
    terrain = RunConfig.from_json(child.run.config).terrains[place]
    walk = child.details["terrains"][place]
    header = header_of(person, replay_url(child, f"?{urlencode({'terrain': terrain})}"))
    assert header["terrain_name"] == make_terrain(terrain).name
    assert header["check"]["same"] is True
    assert header["trajectory_hash"] == walk["trajectory_hash"]
    assert abs(header["signed_distance"]) == walk["fitness"]


def test_of_several_terrains_the_first_is_played_unless_another_is_asked_for(
    person: Client, child_of_two_terrains: Child
) -> None:
    header = header_of(person, replay_url(child_of_two_terrains))
    assert header["terrain_name"] == "bumpy:0.4:2"


def test_page_of_a_child_plays_the_terrain_that_is_chosen(
    person: Client, child_of_two_terrains: Child
) -> None:
    child = child_of_two_terrains
    first, second = RunConfig.from_json(child.run.config).terrains
    page = reverse("child", args=[child.run_id, child.seq])
    query = f"?{urlencode({'terrain': second}, quote_via=quote)}"
    assert query in unescape(person.get(page).content.decode())  # a link
    for address, terrain in (
        (page, first),
        (page + query, second),
        (f"{page}?terrain=moon", first),
    ):
        shown = person.get(address).content.decode()
        assert escape(replays.version_query(child, terrain)) in shown


def test_walk_that_broke_on_one_of_several_terrains_is_compared_with_nothing(
    person: Client, child_of_two_terrains: Child
) -> None:
    """Its hash was taken for that of the first terrain's walk, and the replay called another."""
    child = child_of_two_terrains
    del child.details["terrains"]
    child.save()
    assert header_of(person, replay_url(child))["check"]["same"] is None


def test_race_offers_the_terrains_of_its_walkers_runs(
    person: Client, child_of_two_terrains: Child
) -> None:
    child, seed = child_of_two_terrains, seed_of("galloper")
    walkers = f"{child.run_id}-{child.seq},seed-{seed.pk}"
    terrain = RunConfig.from_json(child.run.config).terrains[1]
    offered = person.get(f"{reverse('races')}?walkers={walkers}").content.decode()
    assert f'<option value="{escape(terrain)}" >A &amp; B</option>' in offered
    sent = {"walkers": walkers, "kind": terrain, "difficulty": "0.5", "rng_seed": "0"}
    there = person.get(reverse("races"), sent, follow=True)
    assert there.status_code == 200
    assert f'<option value="{escape(terrain)}" selected>' in there.content.decode()


def test_a_replay_says_that_it_is_the_run_that_was_stored(person: Client) -> None:
    child = child_of(square(), "bumpy:0.4:2")
    header = header_of(person, replay_url(child))
    assert header["check"]["same"] is True
    assert "frame by frame" in header["check"]["sentence"]
    assert header["trajectory_hash"] == child.trajectory_hash
    assert header["fitness"] == child.fitness
    assert header["halves"] == [child.details["first_half"], child.details["second_half"]]


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ({"world_version": "older"}, "Found in another world (older"),
        ({}, "not the run that was stored"),
    ],
)
def test_a_replay_that_differs_from_what_was_stored_tells_both_distances(
    person: Client, stored: dict, words: str
) -> None:
    child = child_of(square())
    details = child.details | {"signed_distance": -77.5}
    Child.objects.filter(pk=child.pk).update(trajectory_hash="other", details=details, **stored)
    check = header_of(person, replay_url(child))["check"]
    assert check["same"] is False
    assert words in check["sentence"]
    assert "77.50 u then" in check["sentence"]
    assert f"{abs(check['distance']):.2f} u now" in check["sentence"]


def test_elsewhere_than_on_its_own_terrain_there_is_nothing_to_compare(person: Client) -> None:
    child = child_of(square())
    header = header_of(person, replay_url(child, "?terrain=sine:0.3"))
    assert "check" not in header
    assert header["terrain_name"] == "sine:0.3"


def test_a_replay_under_its_version_may_be_kept_for_ever_and_under_another_not(
    person: Client,
) -> None:
    child = child_of(square())
    named = person.get(replay_url(child, replays.version_query(child)))
    assert "immutable" in named["Cache-Control"]
    for query in ("", "?v=0123", "?terrain=sine&v=" + (replays.version_of(child) or "")):
        assert person.get(replay_url(child, query))["Cache-Control"] == "private, no-cache"
    again = person.get(replay_url(child), headers={"If-None-Match": named["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_version_changes_with_all_that_the_bytes_follow_from() -> None:
    child = child_of(square())
    before = replays.version_of(child)
    assert before != replays.version_of(child, "sine")
    child.trajectory_hash = "another"
    assert before != replays.version_of(child)


@pytest.mark.parametrize(
    ("query", "words"), [("?terrain=swamp", "unknown terrain"), ("?terrain=tunnel:1", "not fit")]
)
def test_a_replay_that_cannot_be_says_why(person: Client, query: str, words: str) -> None:
    wide = {**square(), "joints": [[0, 0], [0, 20], [50, 20], [50, 0]]}
    answer = person.get(replay_url(child_of(wide), query))
    assert answer.status_code == 404
    assert words in answer.json()["error"]


def test_a_replay_as_json_holds_the_positions_of_the_binary_one(person: Client) -> None:
    child = child_of(square())
    where = reverse("api-child-replay-json", args=[child.run_id, child.seq])
    answer = person.get(where)
    assert "attachment" in answer["Content-Disposition"]
    data = answer.json()
    positions = read_positions(person.get(replay_url(child)).content)
    assert data["positions"] == positions.round(2).tolist()
    assert (data["joints"], data["frames"]) == positions.shape[1::-1]


def test_a_body_as_json_is_what_the_program_returned(person: Client) -> None:
    child, seed = child_of(square()), seed_of("runner")
    assert person.get(reverse("api-child-body", args=[child.run_id, child.seq])).json() == square()
    body = person.get(reverse("api-seed-body", args=[seed.pk])).json()
    assert body == json.loads(json.dumps(seed.program.walker))


def test_a_child_without_a_body_has_none_to_take_along(person: Client) -> None:
    run = make_run()
    for name in ("api-child-body", "api-child-replay", "api-child-replay-json"):
        Child.objects.filter(run=run).update(body_hash="", reason="It crashed.")
        answer = person.get(reverse(name, args=[run.pk, 0]))
        assert answer.status_code == 404
        assert "It crashed." in answer.json()["error"]


def test_the_page_of_a_child_plays_its_parent_on_the_childs_ground(person: Client) -> None:
    child = child_of(square(), "sine:0.2")
    parent = child_of(square(8), "flat")
    Child.objects.filter(pk=child.pk).update(parent=parent)
    page = person.get(reverse("child", args=[child.run_id, child.seq])).content.decode()
    ghost = page.split('data-ghost="')[1].split('"')[0].replace("&amp;", "&")
    assert header_of(person, ghost)["terrain_name"] == "sine:0.2"
    assert "immutable" in person.get(ghost)["Cache-Control"]


# --- races


def race_url(*keys: str, terrain: str = "flat", name: str = "races") -> str:
    return f"{reverse(name)}?walkers={','.join(keys)}&terrain={terrain}"


def key_of(one: Child | SeedProgram) -> str:
    return f"{one.run_id}-{one.seq}" if isinstance(one, Child) else f"seed-{one.pk}"


@pytest.fixture
def racers() -> list[str]:
    """Children of two runs and a seed program."""
    children = [child_of(square()), child_of(square(6), "steps:0.2")]
    return [key_of(one) for one in (*children, seed_of("runner"))]


def test_the_same_link_gives_the_same_race_also_to_a_process_that_knows_nothing(
    person: Client, racers: list[str]
) -> None:
    link = race_url(*racers, terrain="hills:0.3:4", name="api-race")
    first = person.get(link).json()
    replays._simulate.cache_clear()
    assert person.get(link).json() == first
    hashes = [row["trajectory_hash"] for row in first["standings"]]
    assert len(set(hashes)) == 3
    replays._simulate.cache_clear()
    other_order = race_url(*reversed(racers), terrain="hills:0.3:4", name="api-race")
    again = person.get(other_order).json()
    assert [row["trajectory_hash"] for row in again["standings"]] == hashes


def test_the_standings_are_those_of_the_replays_that_the_page_plays(
    person: Client, racers: list[str]
) -> None:
    page = person.get(race_url(*racers, terrain="sine:0.4"))
    rows = person.get(race_url(*racers, terrain="sine:0.4", name="api-race")).json()["standings"]
    played = {}
    for entrant in page.context["data"]["entrants"]:
        assert "immutable" in person.get(entrant["replay"])["Cache-Control"]
        played[entrant["key"]] = header_of(person, entrant["replay"])
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert [row["distance"] for row in rows] == sorted(
        (header["fitness"] for header in played.values()), reverse=True
    )
    for row in rows:
        assert row["trajectory_hash"] == played[row["key"]]["trajectory_hash"]


def test_who_does_not_fit_is_out_and_the_others_race(person: Client, racers: list[str]) -> None:
    wide = child_of({**square(), "joints": [[0, 0], [0, 20], [50, 20], [50, 0]]})
    answer = person.get(race_url(key_of(wide), *racers, terrain="tunnel:0.6", name="api-race"))
    *others, last = answer.json()["standings"]
    assert (last["key"], last["rank"], last["distance"]) == (key_of(wide), None, None)
    assert "does not fit" in last["out"]
    assert [row["rank"] for row in others] == [1, 2, 3]


def test_two_copies_of_one_body_share_the_first_rank(person: Client) -> None:
    twins = [key_of(child_of(square())), key_of(child_of(square()))]
    rows = person.get(race_url(*twins, name="api-race")).json()["standings"]
    assert [row["rank"] for row in rows] == [1, 1]


def test_the_json_of_a_race_holds_bodies_ground_and_the_link(
    person: Client, racers: list[str]
) -> None:
    data = person.get(race_url(*racers, terrain="steps:0.1", name="api-race")).json()
    assert data["bodies"][racers[0]] == square()
    assert data["terrain"]["lines"] == [line.tolist() for line in make_terrain("steps:0.1").lines]
    assert person.get(data["link"]).status_code == 200


@pytest.mark.parametrize(
    ("walkers", "terrain", "words"),
    [
        ("1-0,elite", "flat", "“elite” names no walker"),
        ("999-1,999-2", "flat", "There is no child 1 of run 999"),
        ("seed-999,seed-998", "flat", "There is no seed program 999"),
        ("1-0,2-0", "swamp", "Unknown terrain"),
        (",".join(f"1-{n}" for n in range(9)), "flat", "at most 8"),
    ],
)
def test_a_link_that_cannot_be_read_says_what_is_wrong(
    person: Client, walkers: str, terrain: str, words: str
) -> None:
    page = person.get(f"/races/?walkers={walkers}&terrain={terrain}")
    assert page.status_code == 404
    assert words in page.content.decode()
    answer = person.get(f"{reverse('api-race')}?walkers={walkers}&terrain={terrain}")
    assert answer.status_code in (400, 404)
    assert words.lower() in answer.json()["error"].lower()


def test_with_one_walker_there_is_a_choice_instead_of_a_race(person: Client) -> None:
    one = key_of(child_of(square()))
    page = person.get(race_url(one))
    assert page.templates[0].name == "archive/races.html"
    assert person.get(race_url(one, name="api-race")).status_code == 400


def test_the_page_of_races_says_where_walkers_come_from_while_there_are_none(
    person: Client,
) -> None:
    page = person.get("/races/").content.decode()
    assert 'data-testid="races-empty"' in page


def test_the_page_of_races_offers_elites_seed_programs_and_the_gallerys_race(
    person: Client,
) -> None:
    child, runner, kangaroo = child_of(square()), seed_of("runner"), seed_of("kangaroo")
    page = person.get("/races/").content.decode()
    for one in (child, runner, kangaroo):
        assert f'data-pick="{key_of(one)}"' in page
    gallery = f"walkers={key_of(runner)},{key_of(kangaroo)}&amp;terrain=flat"
    assert gallery in page
    assert 'data-testid="races-empty"' not in page


def test_a_terrain_chosen_in_the_form_ends_in_the_link(person: Client, racers: list[str]) -> None:
    form = {"walkers": ",".join(racers), "layout": "track", "kind": "hills"}
    answer = person.get("/races/", form | {"difficulty": "0.25", "rng_seed": "3"})
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert query == {
        "walkers": [",".join(racers)], "terrain": ["hills:0.25:3"], "layout": ["track"],
    }  # fmt: skip
    refused = person.get("/races/", form | {"difficulty": "7"})
    assert refused.status_code == 422
    assert "difficulty is a number from 0 to 1" in refused.content.decode()


def test_a_race_on_drawn_ground_needs_nothing_but_its_link(
    person: Client, racers: list[str]
) -> None:
    drawn = terrains.save_terrain("My hill", [[-20, 0], [30, 0], [60, 12], [90, 0]])
    form = {"walkers": ",".join(racers), "kind": f"saved:{drawn.pk}"}
    link = person.get("/races/", form)["Location"]
    assert "My hill" in person.get(link).content.decode()
    before = person.get(link.replace("/races/", reverse("api-race"))).json()["standings"]
    drawn.delete()
    page = person.get(link)
    assert page.status_code == 200
    assert "Of this race" in page.content.decode()
    after = person.get(link.replace("/races/", reverse("api-race"))).json()["standings"]
    assert [r["trajectory_hash"] for r in after] == [r["trajectory_hash"] for r in before]


keys = st.one_of(
    st.builds("{}-{}".format, st.integers(0, 10**17), st.integers(0, 10**17)),
    st.builds("seed-{}".format, st.integers(0, 10**17)),
)


@given(
    walkers=st.lists(keys, max_size=8, unique=True),
    terrain=st.sampled_from(["flat", "bumpy:0.6:3", "tunnel:0.95"]),
    layout=st.sampled_from(races.LAYOUTS),
)
def test_a_race_read_from_its_own_link_is_the_same(walkers, terrain, layout) -> None:
    race = races.Race(tuple(walkers), terrain, layout)
    query = {name: values[0] for name, values in parse_qs(race.query).items()}
    assert races.read_race(query.get("walkers", ""), **{
        name: query.get(name, "") for name in ("terrain", "layout")
    }) == race  # fmt: skip


@given(st.text(), st.text(), st.text())
def test_any_text_is_read_or_refused_in_words(walkers: str, terrain: str, layout: str) -> None:
    try:
        assert len(races.read_race(walkers, terrain, layout).walkers) <= races.MOST
    except ValueError as refusal:
        assert len(str(refusal)) > 10  # noqa: PT017
