"""Models as a person handles them: brush cells, fine-tune, read the comparison, promote."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import wait_until
from tests.browser.test_main_job import fetch, wait_for_cells
from tests.stack import Stack

pytestmark = pytest.mark.browser

ENOUGH = 192  # children, a third of which take a cell; on fewer a model may learn nothing
PATIENCE = 600  # [s] on a machine that is busy with other things
CENTRE = """
async (index) => {
  const { layOut, cellCorner } = await import("/static/js/slab-layout.js");
  const root = document.querySelector("#brush");
  const run = document.querySelector("[name=runs]:checked").value;
  const { grid } = await (await fetch(`/api/runs/${run}/snapshot`)).json();
  const layout = layOut(grid.axes, root.clientWidth);
  const [x, y] = cellCorner(layout, index);
  const box = root.querySelector("canvas").getBoundingClientRect();
  return [box.left + x + layout.cell / 2, box.top + y + layout.cell / 2, layout.cell];
}
"""


@pytest.fixture(scope="module")
def demo(stack: Stack) -> int:
    """A demo run with enough children to learn from."""
    stack.until_ready(120)
    return json.loads(stack.manage("demo", "--evaluations=100000", "--json").stdout)["run"]


@pytest.fixture
def finger(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    opened = context.new_page()
    opened.goto(stack.login_url)
    yield opened
    context.close()


@pytest.fixture
def viewer(browser: Browser, stack: Stack, page: Page) -> Iterator[Callable[[], Page]]:
    """Lets somebody in who may only look; a script error on their pages fails the test."""
    page.goto(f"{stack.url}/users/")
    page.locator("#id_username").fill("vera")
    page.locator("#id_role").select_option("viewer")
    page.get_by_test_id("add-person").click()
    password = page.locator("#password").inner_text()
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def enter() -> Page:
        contexts.append(browser.new_context())
        opened = contexts[0].new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(f"{stack.url}/login/")
        opened.locator("#id_username").fill("vera")
        opened.locator("#id_password").fill(password)
        opened.get_by_role("button", name="Log in").click()
        expect(opened.get_by_role("heading").first).to_be_visible()
        return opened

    yield enter
    for context in contexts:
        context.close()
    page.goto(f"{stack.url}/users/")  # while anybody has a password, the login page asks for it
    page.get_by_role("link", name="vera").click()
    page.get_by_label("may log in").uncheck()
    page.get_by_test_id("save-person").click()
    expect(page.get_by_text("disabled", exact=True)).to_be_visible()
    assert not errors, errors


def cells_of(page: Page, stack: Stack, run: int) -> list[int]:
    return [cell[0] for cell in wait_for_cells(page, stack, run, 12)["cells"]]


def open_brush(page: Page, stack: Stack, run: int) -> None:
    page.goto(f"{stack.url}/trainings/new/?run={run}")
    expect(page.get_by_test_id("brush-count")).to_have_text(re.compile(r"^all \d+ cells"))
    page.get_by_test_id("brush").scroll_into_view_if_needed()


def sent(page: Page) -> list[int]:
    return [int(text) for text in page.locator("#cells").input_value().split()]


def test_cells_are_brushed_with_the_mouse_and_the_preview_follows(
    page: Page, stack: Stack, demo: int
):
    wait_for_children(page, stack, demo)
    cells = cells_of(page, stack, demo)  # before the page: its map does not grow with the run
    open_brush(page, stack, demo)
    edits = page.get_by_test_id("preview-edits")
    expect(edits).to_have_text(re.compile(r"^\d+$"))
    everything = int(edits.inner_text())
    x, y, side = page.evaluate(CENTRE, cells[len(cells) // 2])
    drag(page, (x - side, y - side), (x + side, y + side))
    some = sent(page)
    assert cells[len(cells) // 2] in some
    assert 1 <= len(some) <= 9
    expect(page.get_by_test_id("brush-count")).to_contain_text(f"{len(some)} of ")
    expect(edits).not_to_have_text(str(everything))
    page.get_by_role("button", name="Lasso").click()
    box = page.get_by_test_id("brush").locator("canvas").bounding_box()
    assert box is not None
    corners = [(1, 1), (box["width"] - 2, 1), (box["width"] - 2, box["height"] - 2),
               (1, box["height"] - 2), (1, 1)]  # fmt: skip
    drag(page, *((box["x"] + dx, box["y"] + dy) for dx, dy in corners))
    everywhere = sent(page)
    assert set(some) < set(everywhere)
    assert set(cells) <= set(everywhere)
    page.locator('[data-way="remove"]').click()
    page.get_by_role("button", name="Rectangle").click()
    drag(page, (x - side, y - side), (x + side, y + side))
    assert set(sent(page)) == set(everywhere) - set(some)
    page.locator("#brush-clear").click()
    assert sent(page) == []
    expect(page.get_by_test_id("brush-count")).to_have_text(re.compile("^all "))


def test_cells_are_brushed_with_the_keyboard_alone(page: Page, stack: Stack, demo: int):
    cells = cells_of(page, stack, demo)
    open_brush(page, stack, demo)
    page.get_by_test_id("brush").focus()
    up, right, over = cells[0] // 144, cells[0] // 12 % 12, cells[0] % 12
    for key, times in (("ArrowUp", up), ("ArrowRight", right), ("PageDown", over)):
        for _ in range(times):
            page.keyboard.press(key)
    page.keyboard.press("Space")
    assert sent(page) == [cells[0]]
    expect(page.get_by_test_id("brush-readout")).to_contain_text("chosen, ")
    page.keyboard.press("Control+a")
    assert set(cells) <= set(sent(page))
    page.keyboard.press("Escape")
    assert sent(page) == []
    for _ in range(12):
        page.keyboard.press("Shift+ArrowUp")
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    assert cells[0] in sent(page)
    assert {index % 12 for index in sent(page)} == {over}


def test_cells_are_brushed_with_a_finger(finger: Page, stack: Stack, demo: int):
    cells = cells_of(finger, stack, demo)
    open_brush(finger, stack, demo)
    x, y, side = finger.evaluate(CENTRE, cells[0])
    finger.touchscreen.tap(x, y)
    expect(finger.get_by_test_id("brush-count")).to_contain_text("1 of ")
    assert sent(finger) == [cells[0]]
    finger.locator('[data-tool="rectangle"]').click()
    finger.locator("#brush-clear").click()
    x, y, side = finger.evaluate(CENTRE, cells[0])
    before = finger.evaluate("scrollY")
    swipe(finger, (x - side, y - side), (x + side, y + side))
    assert cells[0] in sent(finger)
    assert finger.evaluate("scrollY") == before  # it brushed, and did not scroll


def test_a_model_is_fine_tuned_on_a_run_compared_and_promoted_by_clicks(
    page: Page, viewer: Callable[[], Page], stack: Stack, demo: int
):
    wait_for_children(page, stack, demo)
    page.goto(f"{stack.url}/runs/{demo}/")
    page.locator('[data-action="pause"]').click()  # the training has the model worker to itself
    expect(page.get_by_test_id("run-state")).to_have_text("paused")
    page.get_by_test_id("fine-tune").click()
    page.get_by_test_id("training-name").fill("legs")
    page.get_by_test_id("preset-quick").check()
    page.locator("#own summary").click()
    page.locator("#compare").fill("32")
    page.locator("#epochs").fill("0.4")  # with half the rate, so that so few steps teach something
    page.locator("#learning_rate").fill("0.00005")
    expect(page.get_by_test_id("estimate")).to_contain_text("of training")
    expect(page.get_by_test_id("estimate")).to_contain_text("the comparison, 32 children of each")
    page.get_by_test_id("start-training").click()
    expect(page).to_have_url(re.compile(r"/trainings/\d+/"))
    curve = page.get_by_test_id("loss-curve")
    blank = curve.evaluate("c => c.toDataURL()")
    state = page.get_by_test_id("training-state")
    expect(page.get_by_test_id("training-progress")).to_contain_text(
        "step", timeout=1000 * PATIENCE
    )
    wait_until(
        page, "blank => document.querySelector('#loss-curve').toDataURL() !== blank", arg=blank
    )
    expect(state).to_have_text("finished", timeout=1000 * PATIENCE)
    number = page.url.rstrip("/").rpartition("/")[2]
    live = fetch(page, f"{stack.url}/api/trainings/{number}/live")
    assert any("validation" in point for point in live["metrics"])
    assert page.get_by_test_id("verdict").inner_text() == live["result"]["verdict"]
    expect(page.locator("#result-rows tr")).to_have_count(5)
    assert set(live["arms"]) == {"base", "tuned"}
    page.goto(stack.url)
    expect(page.locator(f"#run-{demo}")).to_be_visible()
    assert page.locator(f"#run-{live['arms']['tuned']}").count() == 0
    page.goto(f"{stack.url}/trainings/{number}/")
    page.get_by_test_id("promote-run").get_by_role("button").click()
    expect(page.locator(".toast.good")).to_contain_text("from the next batch")
    page.goto(f"{stack.url}/runs/{demo}/")
    expect(page.locator("#run-mix")).to_have_text("legs")
    page.goto(f"{stack.url}/models/")
    expect(page.get_by_test_id("version-row").nth(1)).to_contain_text("legs")

    page.goto(f"{stack.url}/trainings/{number}/")
    page.get_by_test_id("remove-training").click()
    expect(page.locator("#removed")).to_be_visible()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#removed")).to_be_hidden()
    expect(page.get_by_test_id("remove-training")).to_be_visible()

    looks = viewer()  # not before: a page that idles through a training at times never "loads"
    looks.goto(page.url, wait_until="commit")  # sees all of it, and finds nothing to press
    expect(looks.locator("#result-rows tr")).to_have_count(5)
    assert looks.locator("[data-action]").count() == 0
    for path in ("", f"runs/{demo}/", "models/", "models/bundled/", "seeds/", "terrains/"):
        looks.goto(f"{stack.url}/{path}", wait_until="commit")
        expect(looks.get_by_role("heading").first).to_be_visible()
        looks.wait_for_timeout(300)  # its scripts run


def test_the_models_of_a_run_are_changed_and_the_change_is_undone(
    page: Page, stack: Stack, demo: int
):
    page.goto(f"{stack.url}/runs/{demo}/")
    before = page.locator("#run-mix").inner_text()
    mix = page.get_by_test_id("model-mix")
    mix.get_by_test_id("add-model").click()
    rows = mix.locator(".mix-row")
    expect(rows).to_have_count(2)
    rows.nth(1).locator("select").select_option("random_gp")
    rows.nth(1).locator("input").fill("300")
    page.get_by_test_id("save-mix").click()
    expect(page.locator("#run-mix")).to_have_text(re.compile("25 % [+] random_gp 75 %"))
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#run-mix")).to_have_text(before)


def wait_for_children(page: Page, stack: Stack, run: int) -> None:
    def are_there() -> bool:
        page.wait_for_timeout(1000)  # asking more often would slow the workers down
        data = fetch(page, f"{stack.url}/api/runs/{run}/snapshot")
        return data["kpi"]["children"] >= ENOUGH

    stack.until(are_there, PATIENCE, f"{ENOUGH} children")


def drag(page: Page, start: tuple[float, float], *way: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for point in way:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag with a finger; Playwright itself only taps."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        where = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    touch("touchStart", start)
    for n in range(1, 6):
        touch("touchMove", tuple(a + (b - a) * n / 5 for a, b in zip(start, end, strict=True)))  # type: ignore[arg-type]
    touch("touchEnd")
