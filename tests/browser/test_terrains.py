"""Drawing ground with mouse, finger and keyboard, and a run on it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import wait_until
from tests.stack import Stack

pytestmark = pytest.mark.browser


def points_of(page: Page) -> list[tuple[float, float]]:
    """Return the points that stand beside the drawing."""
    lines = page.get_by_test_id("terrain-points").input_value().splitlines()
    return [(float(x), float(y)) for x, y in (line.split(",") for line in lines)]


def highest(page: Page) -> float:
    return max(y for _, y in points_of(page))


def open_editor(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/terrains/new/")
    expect(page.get_by_test_id("terrain-points")).to_have_value(re.compile("240, 0"))
    wait_until(page, "document.querySelector('#draw canvas').width > 300")


def place(page: Page, across: float, down: float) -> tuple[float, float]:
    """Return the point of the screen at these shares of the drawing's width and height."""
    box = page.get_by_test_id("terrain-canvas").bounding_box()
    assert box is not None
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


@pytest.fixture
def touched(browser: Browser, page: Page) -> Iterator[Page]:
    """The same person at a phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 800},
        has_touch=True,
        storage_state=page.context.storage_state(),
    )
    yield context.new_page()
    context.close()


def test_ground_drawn_with_the_mouse_is_saved_and_run_on(page: Page, stack: Stack):
    open_editor(page, stack)
    page.mouse.move(*place(page, 0.7, 0.6))
    page.mouse.down()
    page.mouse.move(*place(page, 0.8, 0.5), steps=8)
    page.mouse.move(*place(page, 0.9, 0.6), steps=8)
    page.mouse.up()
    drawn = points_of(page)
    assert highest(page) > 5
    assert all(y == 0 for x, y in drawn if x < 20)  # where nobody drew it stays flat
    page.locator("#undo").click()
    assert highest(page) == 0
    page.locator("#redo").click()
    assert points_of(page) == drawn

    page.get_by_test_id("terrain-save").click()
    expect(page.locator("#name-error")).to_have_text("Give the terrain a name.")
    page.get_by_test_id("terrain-name").fill("Mouse hill")
    page.get_by_test_id("terrain-save").click()
    card = page.get_by_test_id("terrain-card").filter(has_text="Mouse hill")
    expect(card.locator("svg.terrain-picture")).to_be_visible()

    card.get_by_role("link", name="Start a run").click()
    expect(page.get_by_test_id("terrain").first).to_have_value(re.compile("saved:"))
    expect(page.locator("#terrain-rows svg.terrain-picture")).to_be_visible()
    page.get_by_test_id("add-terrain").click()
    page.get_by_test_id("terrain").nth(1).select_option("hills")
    page.get_by_test_id("over").select_option("min")
    page.get_by_test_id("fitness").select_option("steady")
    page.get_by_test_id("start-run").click()
    expect(page.get_by_test_id("run-terrain")).to_have_text("Mouse hill, Rolling hills 0.5 (min)")
    expect(page.get_by_test_id("feed").locator("li").nth(1)).to_be_visible(timeout=120_000)
    page.get_by_test_id("figure-mode").select_option("airborne")
    expect(page.locator("#legend-title")).to_have_text("time in the air")
    page.get_by_test_id("filter").locator("summary").click()
    page.get_by_test_id("filter-low").fill("101")
    expect(page.get_by_test_id("filter-note")).to_have_text(re.compile(r"^0 of [1-9]"))
    expect(page).to_have_url(re.compile("show=distance"))
    page.locator('[data-action="stop"]').click()
    page.locator("#stop-yes").click()
    page.get_by_test_id("open-elite").click()
    expect(page.get_by_test_id("terrains")).to_contain_text("Mouse hill")


def test_ground_is_drawn_with_a_finger(touched: Page, stack: Stack):
    open_editor(touched, stack)
    touch = touched.context.new_cdp_session(touched)

    def finger(kind: str, *at: float) -> None:
        where = place(touched, *at) if at else None
        spots = [{"x": where[0], "y": where[1]}] if where else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    finger("touchStart", 0.7, 0.5)
    for step in range(1, 9):
        finger("touchMove", 0.7 + 0.02 * step, 0.5)
    finger("touchEnd")
    expect(touched.get_by_test_id("terrain-points")).not_to_have_value(re.compile(r"^.*\n.*$"))
    assert highest(touched) > 5
    assert touched.evaluate("scrollY") == 0  # drawing does not scroll the page
    width = touched.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_ground_is_drawn_with_the_keyboard(page: Page, stack: Stack):
    open_editor(page, stack)
    page.get_by_test_id("terrain-canvas").focus()
    for key in ["Home", *["Shift+ArrowRight"] * 5, *["ArrowUp"] * 3, "Space"]:
        page.keyboard.press(key)
    expect(page.get_by_test_id("terrain-read")).to_have_text("x 25.0 u, height 3.0 u, pen down")
    for key in [*["Shift+ArrowRight"] * 2, *["ArrowDown"] * 4, "ArrowRight", "Space"]:
        page.keyboard.press(key)
    drawn = dict(points_of(page))
    assert drawn[25] == 3
    assert drawn[36] == -1
    page.keyboard.press("Control+z")  # the whole stroke at once
    assert highest(page) == 0


def test_an_upload_is_taken_or_refused_with_the_line(page: Page, stack: Stack):
    open_editor(page, stack)
    bad = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x,y\n0,0\n20,up\n"}
    page.get_by_test_id("terrain-file").set_input_files(bad)
    expect(page.get_by_test_id("terrain-error")).to_contain_text("Line 3: expected two numbers")
    good = {"name": "b.json", "mimeType": "application/json",
            "buffer": b'{"name": "Ridge", "points": [[0, 0], [30, 0], [40, 12]]}'}  # fmt: skip
    page.get_by_test_id("terrain-file").set_input_files(good)
    expect(page.get_by_test_id("terrain-points")).to_have_value("0, 0\n30, 0\n40, 12")
    expect(page.get_by_test_id("terrain-error")).to_have_text("")
    expect(page.get_by_test_id("terrain-name")).to_have_value("Ridge")
    page.get_by_test_id("terrain-save").click()

    card = page.get_by_test_id("terrain-card").filter(has_text="Ridge")
    card.get_by_role("button", name="Delete Ridge").click()
    expect(card).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
