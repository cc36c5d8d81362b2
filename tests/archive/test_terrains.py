"""Terrains of people: saving, naming, pages, and runs on them."""

import html
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from archive import queries
from archive.config import RunConfig
from archive.models import Child, Run, Terrain
from archive.services import recording, terrains
from elmweb.accounts.models import User
from simulation.domains import get_domain
from simulation.evaluate import evaluate_walker
from simulation.polyline import spec_of
from simulation.terrain import KINDS, make_terrain
from tests.archive.factories import candidacy, make_run
from tests.simulation.programs import square

pytestmark = pytest.mark.django_db
HILL = ((-20.0, 0.0), (30.0, 0.0), (40.0, 5.0))
HILL_TEXT = "x,y\n-20,0\n30,0\n40,5\n"


@pytest.fixture
def person(client: Client) -> Client:
    client.force_login(User.objects.create_user("person", role="admin"))
    return client


def page_of(answer) -> str:
    return html.unescape(answer.content.decode())


def test_a_saved_terrain_is_found_by_its_name():
    saved = terrains.save_terrain("  hill one ", HILL)
    assert terrains.spec_named("hill one") == saved.spec == spec_of("hill one", HILL)
    assert terrains.spec_named("hills:0.3") == "hills:0.3"
    with pytest.raises(ValueError, match=r"unknown terrain 'moon'.*saved terrain: 'hill one'"):
        terrains.spec_named("moon")


@pytest.mark.parametrize("name", [*KINDS, "line:mine", "steps:0.3", "", "a\nb", "x" * 81])
def test_a_name_that_means_something_else_or_nothing_is_refused(name):
    with pytest.raises(ValueError, match=r"own: add a word|needs a name"):
        terrains.save_terrain(name, HILL)


def test_a_name_is_there_once_and_free_again_after_deletion():
    first = terrains.save_terrain("hill", HILL)
    with pytest.raises(ValueError, match="already: choose another name"):
        terrains.save_terrain("hill", HILL)
    terrains.delete_terrain(first)
    assert terrains.save_terrain("hill", HILL).pk != first.pk


def test_a_deleted_terrain_is_off_the_list_until_it_is_restored():
    saved = terrains.save_terrain("hill", HILL)
    terrains.delete_terrain(saved)
    assert queries.terrain_rows() == []
    with pytest.raises(ValueError, match="unknown terrain"):
        terrains.spec_named("hill")
    terrains.restore_terrain(saved)
    assert [row["name"] for row in queries.terrain_rows()] == ["hill"]


def test_a_run_keeps_its_ground_when_the_terrain_is_deleted():
    saved = terrains.save_terrain("hill", HILL)
    run = make_run(terrains=(saved.spec, "flat"), over="min")
    saved.delete()
    config = RunConfig.from_json(Run.objects.get(pk=run.pk).config)
    assert config.course.terrains[0].lines[0][1:-1].tolist()[1:-1] == [list(p) for p in HILL]
    assert queries.snapshot(run)["run"]["terrain"] == "hill, Flat ground (min)"


def test_a_config_of_an_earlier_version_is_read():
    """A run used to have one terrain, in ``terrain``, and no choice of fitness."""
    old = RunConfig(budget=7).to_json()
    for name in ("terrains", "over", "fitness"):
        del old[name]
    read = RunConfig.from_json(old | {"terrain": "hills:0.3"})
    assert (read.terrains, read.terrain, read.fitness) == (("hills:0.3",), "hills:0.3", "distance")
    run = make_run()
    Run.objects.filter(pk=run.pk).update(config=old | {"terrain": "flat"})
    run.refresh_from_db()
    assert recording.check_map(run) is None
    assert queries.snapshot(run)["run"]["fitness"]["name"] == "distance"


# --- pages


def test_without_a_terrain_of_ones_own_the_page_says_how_to_get_one(person: Client):
    page = page_of(person.get(reverse("terrains")))
    assert "No terrain of your own yet" in page
    assert page.count("terrain-picture") >= len(KINDS)


def test_points_are_saved_and_drawn(person: Client):
    answer = person.post(reverse("terrain-new"), {"name": "hill", "points": HILL_TEXT})
    assert answer.url == reverse("terrains")
    assert Terrain.objects.get().spec == spec_of("hill", HILL)
    assert "hill" in page_of(person.get(reverse("terrains")))


def test_a_file_is_uploaded_without_a_script_and_names_itself(person: Client):
    text = json.dumps({"name": "ridge", "points": HILL}).encode()
    person.post(reverse("terrain-new"), {"file": SimpleUploadedFile("r.json", text)})
    saved = Terrain.objects.get()
    assert saved.name == "ridge"
    again = person.get(reverse("terrain-file", args=[saved.pk])).json()
    assert again["points"][1:-1] == [list(point) for point in HILL]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "hill", "points": ""}, "There are no points"),
        ({"name": "", "points": HILL_TEXT}, "A terrain needs a name"),
        ({"name": "flat", "points": HILL_TEXT}, "would be taken for a terrain of ELMWeb's own"),
        ({"name": "hill", "points": "0,0\n1,99"}, "Point 2: y = 99 is outside -60 to 60."),
    ],
)
def test_a_wrong_terrain_is_refused_and_keeps_what_was_typed(person: Client, fields, sentence):
    answer = person.post(reverse("terrain-new"), fields)
    page = page_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert fields["points"].strip() in page
    assert not Terrain.objects.exists()


def test_a_file_that_is_no_text_is_refused(person: Client):
    answer = person.post(
        reverse("terrain-check"), {"file": SimpleUploadedFile("r.csv", b"\xff\xfe\x00")}
    )
    assert answer.status_code == 400
    assert "not UTF-8 text (byte 0)" in answer.json()["error"]


@pytest.mark.parametrize("origin", ["", "steps:0.3", "bumpy", "moon", "12345", "9" * 30])
def test_the_editor_begins_with_any_ground(person: Client, origin: str):
    page = person.get(reverse("terrain-new"), {"from": origin})
    assert page.status_code == 200
    check = person.post(reverse("terrain-check"), {"points": page.context["points"]})
    assert check.status_code == 200, check.json()


def test_the_picture_of_a_row_follows_its_fields(person: Client):
    one, other = (
        person.get(reverse("terrain-picture"), {"terrain": "hills", "difficulty": d})
        for d in ("0.3", "0.9")
    )
    assert one["Content-Type"] == "image/svg+xml"
    assert one.content != other.content
    assert person.get(reverse("terrain-picture"), {"terrain": "moon"}).status_code == 400


def test_deleting_and_restoring_answer_scripts_and_forms(person: Client):
    saved = terrains.save_terrain("hill", HILL)
    delete, restore = (
        reverse(f"terrain-{what}", args=[saved.pk]) for what in ("delete", "restore")
    )
    assert person.post(delete, headers={"Accept": "application/json"}).json() == {"id": saved.pk}
    assert person.post(restore).url == reverse("terrains")
    assert Terrain.objects.get().deleted_at is None
    assert person.post(reverse("terrain-delete", args=[999])).status_code == 404


# --- children


def record_walk(run: Run, walker: dict) -> Child:
    course = RunConfig.from_json(run.config).course
    evaluation = evaluate_walker(walker, get_domain("sodarace"), course)
    (child,) = recording.record(run.pk, [candidacy()], [evaluation])
    return Child.objects.get(pk=child.pk)


def test_an_elites_page_tells_each_terrain_the_fitness_and_what_was_put_right(person: Client):
    run = make_run(terrains=(spec_of("hill", HILL), "flat"), over="min", fitness="steady")
    sloppy = square(31.0)
    sloppy["joints"] += [[50.0, 2.0 * n] for n in range(5)]
    sloppy["muscles"] += [sloppy["muscles"][0]] * 120
    child = record_walk(run, sloppy)
    page = page_of(person.get(reverse("child", args=[run.pk, child.seq])))
    assert "120 repeated springs were dropped" in page
    assert "5 joints without a spring were dropped" in page
    assert "A measure lies outside the map" in page
    assert "steady distance" in page
    assert "those of the terrain on which it did worst" in page
    assert queries.snapshot(run)["kpi"]["clipped_rate"] == 1


def test_a_flagged_elite_says_so_on_its_page_and_on_the_map(person: Client):
    run = make_run()
    child = record_walk(run, square())
    fallen = {"signed_distance": 12.0, "first_half": 11.9, "second_half": 0.1,
              "airborne": 0.7, "rise": 0.0}  # fmt: skip
    Child.objects.filter(pk=child.pk).update(details=fallen)
    page = page_of(person.get(reverse("child", args=[run.pk, child.seq])))
    assert 'data-flag="first_half"' in page
    assert 'data-flag="airborne"' in page
    snapshot = queries.snapshot(run)
    (figures,) = [cell[5] for cell in snapshot["cells"] if cell[2] == child.seq]
    assert snapshot["grid"]["figures"] == (
        "distance",
        "signed_distance",
        "steady",
        "airborne",
        "rise",
    )
    assert figures == [12.0, 12.0, 0.2, 0.7, 0.0, 0b101]


def test_a_cell_whose_elite_has_no_figures_is_told_as_such():
    run = make_run()
    assert queries.snapshot(run)["cells"][0][5] is None


def test_fitness_below_zero_is_the_best_there_is():
    run = make_run(fitness="signed_distance")
    Child.objects.filter(run=run).update(fitness=-4.0)
    assert queries.snapshot(run)["kpi"]["max_fitness"] == -4.0


def test_every_terrain_has_a_picture():
    from archive.drawings import terrain_svg

    for spec in [*KINDS, "cubic:1", "tunnel:1", spec_of("deep", ((0, 60), (1, -60), (2, 60)))]:
        assert terrain_svg(make_terrain(spec)).count("<polygon") == len(make_terrain(spec).lines)
