"""The mutation benchmark's page in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.stack import Stack

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1400, 390])
def test_the_figures_are_drawn_and_fit_the_window(page: Page, stack: Stack, width: int):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{stack.url}/bugfix/")
    chart = page.locator("#bugfix-chart")
    names = chart.locator(".legendtext")
    expect(names.first).to_have_text("Tiny GP")
    expect(names.get_by_text("Diff model, 300M (paper)")).to_be_visible()
    points = chart.locator(".scatterlayer .trace").first.locator("path.point")
    expect(points).to_have_count(4)  # of Tiny GP; with five bugs it finds none
    expect(page.get_by_test_id("bugfix-table")).to_contain_text("28.3 %")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_point_says_what_was_counted(page: Page, stack: Stack):
    page.goto(f"{stack.url}/bugfix/")
    point = page.locator("#bugfix-chart .scatterlayer .trace").first.locator("path.point").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#bugfix-chart .hoverlayer")).to_contain_text("of 100,000")
