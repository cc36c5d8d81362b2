"""The main job as a person does it: start, watch, click, read, bring a program of one's own."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import wait_until
from tests.stack import Stack
from workers.mutation.diff import apply_diff

pytestmark = pytest.mark.browser

CELL_CENTER = """
async ([index, axes, width]) => {
  const { layOut, cellCorner } = await import("/static/js/slab-layout.js");
  const layout = layOut(axes, width);
  const [x, y] = cellCorner(layout, index);
  return [x + layout.cell / 2, y + layout.cell / 2];
}
"""
OWN_PROGRAM = """\
from walk_creator import walker_creator

def make_walker():
    wc = walker_creator()
    hips = [wc.add_joint(3 * n, 4) for n in range(3)]
    feet = [wc.add_joint(3 * n + 1, 0) for n in range(3)]
    for n in range(3):
        wc.add_muscle(hips[n], feet[n], False, 6.0, n / 3)
        wc.add_muscle(hips[n], hips[(n + 1) % 3])
        wc.add_muscle(feet[n], hips[(n + 1) % 3], False, 4.0, 0.25)
    return wc.get_walker()
"""


@pytest.fixture(scope="module")
def demo(stack: Stack) -> int:
    """A demo run on the page's stack."""
    stack.until_ready()
    return json.loads(stack.manage("demo", "--json").stdout)["run"]


def test_the_demo_run_starts_with_one_click_and_fills_the_map_without_a_reload(
    page: Page, stack: Stack
):
    page.goto(stack.url)
    page.get_by_test_id("start-demo").first.click()
    expect(page).to_have_url(re.compile(r"/runs/\d+/"))
    loaded = page.evaluate("performance.timeOrigin")
    expect(page.get_by_test_id("run-state")).to_have_text("running")
    filled = page.get_by_test_id("kpi-coverage")
    expect(filled).not_to_have_text(re.compile("^(–|0%|0.0%)?$"))
    first = filled.inner_text()
    expect(filled).not_to_have_text(first, timeout=60_000)
    expect(page.get_by_test_id("feed").locator("li").nth(3)).to_be_visible()
    assert page.evaluate("performance.timeOrigin") == loaded
    page.locator('[data-action="stop"]').click()
    page.locator("#stop-yes").click()
    expect(page.get_by_test_id("run-state")).to_have_text("stopped")


def test_a_click_on_a_cell_shows_its_elite_walking(page: Page, stack: Stack, demo: int):
    page.goto(f"{stack.url}/runs/{demo}/")
    wait_until(page, "document.querySelector('[data-testid=slab-grid] canvas')?.height > 50")
    snapshot = wait_for_cells(page, stack, demo, 3)
    index = snapshot["cells"][-1][0]
    grid = page.get_by_test_id("slab-grid")
    width = grid.evaluate("e => e.clientWidth")
    x, y = page.evaluate(CELL_CENTER, [index, snapshot["grid"]["axes"], width])
    grid.locator("canvas").click(position={"x": x, "y": y})
    link = page.get_by_test_id("open-elite")
    expect(link).to_be_visible()
    assert_moves(page, page.get_by_test_id("mini-player"))
    link.click()
    expect(page).to_have_url(re.compile(rf"/runs/{demo}/children/\d+/"))
    player = page.get_by_test_id("player")
    expect(player).to_be_visible()
    assert_moves(page, player)


def test_the_diff_shown_turns_the_parent_shown_into_the_program_shown(
    page: Page, stack: Stack, demo: int
):
    wait_for_cells(page, stack, demo, 3)
    snapshot = fetch(page, f"{stack.url}/api/runs/{demo}/snapshot")
    newest = max(elite for _, _, elite, *_ in snapshot["cells"])
    page.goto(f"{stack.url}/runs/{demo}/children/{newest}/")
    diff = page.get_by_test_id("diff").text_content()
    source = page.get_by_test_id("source").text_content()
    page.get_by_test_id("parent-link").first.click()
    expect(page).not_to_have_url(re.compile(rf"/children/{newest}/"))
    parent = page.get_by_test_id("source").text_content()
    assert apply_diff(parent, diff).source == source
    assert source != parent


def test_a_seed_program_of_ones_own_is_checked_saved_and_evolved(page: Page, stack: Stack):
    page.goto(f"{stack.url}/seeds/new/")
    page.get_by_test_id("seed-source").fill(OWN_PROGRAM)
    page.get_by_test_id("seed-check").click()
    expect(page.get_by_test_id("seed-check-result")).to_contain_text("units in 10 s")
    page.get_by_test_id("seed-name").fill("three legs")
    page.get_by_test_id("seed-save").click()
    expect(page).to_have_url(re.compile(r"/seeds/\d+/"))
    expect(page.get_by_test_id("source")).to_contain_text("hips")
    page.get_by_role("link", name=re.compile("Start a run")).first.click()
    page.get_by_test_id("message-text").first.fill("Add a leg")
    page.get_by_test_id("start-run").click()
    expect(page.get_by_test_id("run-state")).to_have_text("running")
    expect(page.get_by_test_id("feed").locator("li").nth(2)).to_be_visible(timeout=180_000)
    expect(page.locator("#message-rows")).to_contain_text("Add a leg")
    page.locator('[data-action="stop"]').click()
    page.locator("#stop-yes").click()
    expect(page.get_by_test_id("run-state")).to_have_text("stopped")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("def make_walker(:\n    pass\n", r"line 1"),
        ("def make_walker():\n    while True:\n        pass\n", r"time"),
        (
            "def make_walker():\n    x = []\n    while True:\n        x.append(b' ' * 10**8)\n",
            "memory",
        ),
        (
            "def make_walker():\n    x = []\n    while True:\n        x.append(' ' * 10**6)\n",
            "memory|too much time|computing time",  # whichever limit a slow filling meets first
        ),
        ("def make_walker():\n    return open('/etc/passwd').read()\n", r"line 2"),
    ],
)
def test_a_broken_program_shows_its_reason_within_five_seconds(
    program: str, words: str, page: Page, stack: Stack
):
    page.goto(f"{stack.url}/seeds/new/")
    page.get_by_test_id("seed-source").fill(program)
    page.get_by_test_id("seed-check").click()
    result = page.get_by_test_id("seed-check-result")
    expect(result).to_contain_text(re.compile(words, re.I), timeout=5_000)
    expect(page.get_by_test_id("seed-save")).to_be_disabled()
    assert stack.get("/healthz")[0] == 200


def test_an_uploaded_binary_file_is_refused_with_a_sentence(page: Page, stack: Stack):
    page.goto(f"{stack.url}/seeds/new/")
    binary = {"name": "w.py", "mimeType": "text/x-python", "buffer": bytes(range(256)) * 4}
    page.locator("input[type=file]").set_input_files(binary)
    expect(page.get_by_text(re.compile("not UTF-8|NUL")).first).to_be_visible()


def assert_moves(page: Page, canvas) -> None:
    """The picture on the canvas changes and changes again."""
    frames = set()
    for _ in range(6):
        frames.add(canvas.evaluate("c => c.toDataURL()"))
        page.wait_for_timeout(250)
    assert len(frames) >= 3


def wait_for_cells(page: Page, stack: Stack, run: int, filled: int) -> dict:
    def snapshot() -> dict | None:
        data = fetch(page, f"{stack.url}/api/runs/{run}/snapshot")
        return data if len(data["cells"]) >= filled else None

    found = stack.until(snapshot, 60, f"{filled} cells of run {run}")
    assert found is not None
    return found


def fetch(page: Page, url: str) -> dict:
    """Fetch JSON with the page's login."""
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
    request = urllib.request.Request(url, headers={"Cookie": cookies})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
