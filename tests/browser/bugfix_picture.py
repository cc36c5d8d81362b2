"""Draw docs/bugfix.png: the plot of the page /bugfix/, in a real Chromium on a real ELMWeb.

Run it with ``python -m tests.browser.bugfix_picture``.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from elmweb.installation import find_chromium
from elmweb.paths import BASE_DIR
from tests.browser.conftest import FLAGS
from tests.stack import Stack

PICTURE = BASE_DIR / "docs/bugfix.png"


def main() -> None:
    with tempfile.TemporaryDirectory() as data, Stack(Path(data)) as stack, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = browser.new_page(
            viewport={"width": 1180, "height": 900}, color_scheme="light", device_scale_factor=1.5
        )
        page.goto(stack.login_url)
        page.goto(f"{stack.url}/bugfix/")
        page.locator("#bugfix-chart .legend").wait_for()
        page.locator("#bugfix-chart").screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
