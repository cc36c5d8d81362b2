"""A real Chromium on the real ELMWeb."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.stack import Stack

# Chromium's own look-ups of other hosts are off: nothing here needs one.
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def wait_until(page: Page, expression: str, arg: Any = None, seconds: float = 20) -> None:
    """Wait until ``expression`` holds on the page.

    Playwright's ``wait_for_function`` asks from within the page, where the content security
    policy forbids to evaluate text; this asks from without.
    """
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {expression}"
        page.wait_for_timeout(50)


@pytest.fixture(scope="module")  # not longer: Playwright leaves an event loop running meanwhile
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module", autouse=True)
def runs_end(stack: Stack) -> Iterator[None]:
    """Runs of one file do not take time from the tests after it."""
    yield
    stack.stop_runs()


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A page that came in by a one-time login link; a script error on it fails the test."""
    expect.set_options(timeout=20_000)
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(stack.login_url)
    yield opened
    context.close()
    assert not errors, errors
