"""Races as a person holds them: pick, race, read the result, pass the link on, take it along."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import wait_until
from tests.browser.test_main_job import fetch
from tests.js.gif import decode_gif
from tests.stack import Stack

pytestmark = pytest.mark.browser

TERRAIN = "bumpy:0.3:1"


@pytest.fixture(scope="module")
def gallery(stack: Stack) -> dict[str, int]:
    """The bundled programs by name, once the sandbox has passed them."""
    stack.until_ready(120)
    rows = json.loads(
        stack.manage("shell", "-v0", "-c", WAIT_FOR_GALLERY, timeout=200).stdout.splitlines()[-1]
    )
    return dict(rows)


WAIT_FOR_GALLERY = """
import json, time
from archive.models import SeedProgram
from simulation.domains import get_domain
end = time.monotonic() + 180
while SeedProgram.objects.count() < len(get_domain("sodarace").seed_programs):
    assert time.monotonic() < end, "the gallery was not checked in three minutes"
    time.sleep(0.5)
print(json.dumps(list(SeedProgram.objects.values_list("name", "pk"))))
"""


@pytest.fixture
def finger(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(stack.login_url)
    yield opened
    context.close()
    assert not errors, errors


def race(stack: Stack, gallery: dict[str, int], *names: str, more: str = "") -> str:
    keys = ",".join(f"seed-{gallery[name]}" for name in names)
    return f"{stack.url}/races/?walkers={keys}&terrain={TERRAIN}{more}"


def assert_plays(page: Page) -> None:
    """The race goes on, and its picture with it."""
    ahead = "t => Number(document.querySelector('[data-testid=scrub]').value) > t"
    canvas, scrub = page.get_by_test_id("race-canvas"), page.get_by_test_id("scrub")
    expect(canvas).to_be_visible()
    wait_until(page, ahead, arg=0)
    before, t = canvas.evaluate("c => c.toDataURL()"), float(scrub.input_value())
    wait_until(page, ahead, arg=t + 0.3)
    assert canvas.evaluate("c => c.toDataURL()") != before


def result(page: Page) -> list[list[str]]:
    rows = page.get_by_test_id("result").locator("tbody tr")
    expect(rows.first).to_be_visible()
    return [row.locator("td").all_inner_texts() for row in rows.all()]


def test_walkers_picked_on_two_pages_race_and_the_table_comes_at_the_end(
    page: Page, stack: Stack, gallery: dict[str, int]
):
    page.goto(f"{stack.url}/seeds/{gallery['runner']}/")
    page.get_by_test_id("pick").click()
    tray = page.get_by_test_id("tray")
    expect(tray).to_contain_text("runner")
    expect(tray).to_contain_text("one more to race")
    page.goto(f"{stack.url}/races/")
    page.locator(f'[data-pick="seed-{gallery["kangaroo"]}"]').click()
    page.reload()
    expect(tray).to_contain_text("2 of 8")
    page.get_by_test_id("tray-race").click()
    expect(page).to_have_url(re.compile(r"/races/\?walkers=seed-\d+(,|%2C)seed-\d+&terrain=flat"))
    assert_plays(page)
    expect(page.get_by_test_id("result")).to_be_hidden()
    expect(page.get_by_test_id("ranking").locator(".rank-at").first).not_to_have_text("0.00 u")
    page.get_by_test_id("to-the-end").click()
    first, second = result(page)
    assert (first[0], second[0]) == ("1.", "2.")
    assert "kangaroo" in first[1]
    expect(page.locator("#announce")).to_have_text(re.compile("^kangaroo wins with"))
    page.get_by_test_id("race-terrain").select_option("sine")
    page.get_by_test_id("race-there").click()
    expect(page).to_have_url(re.compile(r"terrain=sine:0.5"))
    page.get_by_test_id("to-the-end").click()
    assert result(page) != [first, second]
    page.get_by_test_id("tray-clear").click()
    expect(tray).to_be_hidden()


def test_a_link_gives_the_same_result_to_somebody_else_and_to_the_server(
    page: Page, finger: Page, stack: Stack, gallery: dict[str, int]
):
    names = ("strider", "spider", "wheel")
    page.goto(race(stack, gallery, *names))
    page.get_by_test_id("to-the-end").click()
    mine = result(page)
    link = page.get_by_test_id("copy-race").get_attribute("data-copy")
    finger.goto(f"{stack.url}{link}")
    finger.get_by_test_id("to-the-end").tap()
    assert result(finger) == mine
    keys = ",".join(f"seed-{gallery[name]}" for name in names)
    data = fetch(page, f"{stack.url}/api/race.json?walkers={keys}&terrain={TERRAIN}")
    told = [(f"{row['rank']}.", row["trajectory_hash"][:8]) for row in data["standings"]]
    assert told == [(row[0], row[-1]) for row in mine]


def test_a_race_is_held_with_the_keyboard_alone(page: Page, stack: Stack, gallery: dict[str, int]):
    page.goto(race(stack, gallery, "runner", "galloper", more="&t=2"))
    expect(page.get_by_test_id("race-canvas")).to_be_visible()
    scrub = page.get_by_test_id("scrub")
    expect(scrub).to_have_attribute("aria-valuetext", "2.0 seconds")
    page.keyboard.press("Space")
    expect(page.get_by_test_id("play")).to_have_attribute("aria-label", "Pause (Space)")
    page.keyboard.press("Space")
    before = scrub.input_value()
    page.keyboard.press(".")
    assert float(scrub.input_value()) > float(before)
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile("layout=track"))
    expect(page.locator('[data-layout="track"]')).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    expect(page).to_have_url(re.compile("camera=leader"))
    page.keyboard.press("e")
    result(page)
    page.goto(f"{stack.url}/seeds/{gallery['runner']}/")
    page.get_by_test_id("player").wait_for()
    page.keyboard.press("a")
    expect(page.get_by_test_id("tray")).to_contain_text("runner")
    page.keyboard.press("a")
    expect(page.get_by_test_id("tray")).to_be_hidden()


def test_a_finger_picks_races_and_scrubs_by_drawing_over_the_stage(
    finger: Page, stack: Stack, gallery: dict[str, int]
):
    finger.goto(f"{stack.url}/races/")
    for name in ("hound", "inchworm"):
        finger.locator(f'[data-pick="seed-{gallery[name]}"]').tap()
    finger.get_by_test_id("tray-race").tap()
    canvas = finger.get_by_test_id("race-canvas")
    expect(canvas).to_be_visible()
    assert_plays(finger)
    assert finger.evaluate("document.documentElement.scrollWidth <= innerWidth")
    canvas.tap()
    expect(finger.get_by_test_id("play")).to_have_attribute("aria-label", "Play (Space)")
    before = float(finger.get_by_test_id("scrub").input_value())
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    touch = finger.context.new_cdp_session(finger)
    y = box["y"] + box["height"] / 3
    send = lambda kind, *xs: touch.send(  # noqa: E731
        "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x in xs]}
    )
    send("touchStart", box["x"] + 60)
    for x in range(70, 200, 10):
        send("touchMove", box["x"] + x)
    send("touchEnd")
    after = float(finger.get_by_test_id("scrub").input_value())
    assert min(before + 1, 10) <= after <= 10


def test_who_prefers_less_motion_gets_a_still_race_and_a_play_button(
    browser: Browser, stack: Stack, gallery: dict[str, int]
):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(stack.login_url)
    page.goto(race(stack, gallery, "runner", "galloper"))
    canvas = page.get_by_test_id("race-canvas")
    expect(canvas).to_be_visible()
    expect(page.get_by_test_id("play")).to_have_attribute("aria-label", "Play (Space)")
    before = canvas.evaluate("c => c.toDataURL()")
    page.wait_for_timeout(500)
    assert canvas.evaluate("c => c.toDataURL()") == before
    context.close()


def test_a_race_is_taken_along_as_a_gif_that_moves_and_as_json(
    page: Page, stack: Stack, gallery: dict[str, int], tmp_path
):
    page.set_viewport_size({"width": 390, "height": 844})  # a small picture is soon drawn
    page.goto(race(stack, gallery, "runner", "galloper"))
    with page.expect_download(timeout=240_000) as download:
        page.get_by_test_id("gif").click()
    assert download.value.suggested_filename.endswith(".gif")
    download.value.save_as(tmp_path / "race.gif")
    pictures = decode_gif((tmp_path / "race.gif").read_bytes())
    assert len(pictures) == 251  # ten seconds at 25 a second
    assert all((pictures[n] != pictures[n + 50]).any() for n in range(0, 200, 50))
    with page.expect_download() as download:
        page.locator("#race-downloads a").click()
    download.value.save_as(tmp_path / "race.json")
    assert len(json.loads((tmp_path / "race.json").read_text())["standings"]) == 2


def test_the_page_of_a_walker_says_that_the_replay_is_the_run_that_was_stored(
    page: Page, stack: Stack, gallery: dict[str, int]
):
    evolve = ["evolve", "--evaluations", "24", "--rng-seed", "3", "--backend", "random_gp"]
    stack.manage(*evolve, timeout=300)
    run = max(row["id"] for row in fetch(page, f"{stack.url}/api/runs")["runs"])
    snapshot = fetch(page, f"{stack.url}/api/runs/{run}/snapshot")
    newest = max(elite for _, _, elite, *_ in snapshot["cells"])
    page.goto(f"{stack.url}/runs/{run}/children/{newest}/")
    expect(page.get_by_test_id("replay-check")).to_contain_text("frame by frame")
    ghost = page.get_by_test_id("ghost")
    expect(ghost).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("g")
    expect(ghost).to_have_attribute("aria-pressed", "false")
    page.goto(f"{stack.url}/runs/{run}/")
    page.keyboard.press("b")
    page.locator("#cell [data-pick]").click()
    expect(page.get_by_test_id("tray")).to_contain_text("1 of 8")
