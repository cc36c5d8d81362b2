"""Web and scheduler as processes of their own, as containers run them."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from elmweb import paths
from tests.stack import free_port

PATIENCE = 60.0  # [s]; a start takes two on a machine that is free


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A fresh installation with a migrated database, and nothing of the caller's."""
    ours = ("ELMWEB_", "DATABASE_")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = {**plain, "ELMWEB_DATA": str(tmp_path)}
    manage(environment, "migrate", "--verbosity=0", "--skip-checks").wait()
    return environment


def manage(environment: dict[str, str], *args: str, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *args],
        cwd=paths.BASE_DIR,
        env=environment,
        text=True,
        **options,
    )


def wait_for(seen, process: subprocess.Popen[str]):
    deadline = time.monotonic() + PATIENCE
    while not (value := seen()):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return value


def test_scheduler_says_that_it_lives_while_its_rounds_work_and_ends_when_asked(
    environment, tmp_path
):
    sign, log = tmp_path / "alive", tmp_path / "log"
    with log.open("w") as output:
        with_sign = {**environment, "ELMWEB_ALIVE_FILE": str(sign)}
        process = manage(with_sign, "scheduler", stdout=output, stderr=output)
    try:
        wait_for(sign.exists, process)
        (tmp_path / "elmweb.sqlite3").rename(tmp_path / "away")
        for tail in ("-wal", "-shm"):
            (tmp_path / f"elmweb.sqlite3{tail}").unlink(missing_ok=True)
        wait_for(lambda: "The reaper failed" in log.read_text(), process)
        sign.unlink()
        time.sleep(3)
        assert not sign.exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()


def test_web_serves_the_page_alone_prints_links_and_forgets_old_ones(environment, tmp_path):
    port = free_port()
    environment["ELMWEB_URL"] = f"http://127.0.0.1:{port}"
    old = link(environment)
    process = manage(environment, "web", "--port", str(port))
    try:
        wait_for(lambda: status(f"http://127.0.0.1:{port}/healthz") == 200, process)
        assert status(old) == 403
        assert status(link(environment)) == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
    finally:
        process.kill()


def link(environment: dict[str, str]) -> str:
    asked = manage(environment, "login-link", stdout=subprocess.PIPE)
    return asked.communicate()[0].strip()


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
