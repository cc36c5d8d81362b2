"""An ELMWeb that runs already, for the tests that use a ``Stack``: in containers, or elsewhere."""

import shlex
import subprocess
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.stack import Stack


class Outside(Stack):
    """The ELMWeb at ``url``; leaving the ``with`` block leaves it running.

    Args:
        manage: how to run ``manage.py`` there, as one would type it in a shell, for example
            ``docker compose exec -T web python manage.py``.
    """

    def __init__(self, url: str, manage: str) -> None:
        super().__init__(Path())
        self.url = url.rstrip("/")
        self._manage = shlex.split(manage)

    def __enter__(self) -> Self:
        self.until_ready(180)
        return self

    @property
    def login_url(self) -> str:
        """A fresh one-time login link, a new one each time."""
        done = self.manage("login-link")
        assert done.returncode == 0, done.stderr
        return self.url + urlsplit(done.stdout.strip()).path

    def manage(self, *args: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run another ``manage.py`` command there."""
        return subprocess.run(
            [*self._manage, *args], text=True, capture_output=True, timeout=timeout
        )

    def report(self) -> str:
        return f"see the logs of what runs at {self.url}"
