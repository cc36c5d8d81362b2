"""Fetching SmolLM2 for a page: a command in its own process, told of by its log and its lock.

The web process never loads torch, and a download outlives the page that began it.
"""

import fcntl
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from archive.services import registry
from elmweb.paths import BASE_DIR
from workers.mutation.install_smollm2 import NAME, is_current

COMMAND = (sys.executable, str(BASE_DIR / "manage.py"), "models", "install", NAME)
NOT_HERE = (
    "the pages run without the packages for it here. Where a model worker runs, say "
    f"manage.py models install {NAME} (after docker compose exec worker-model python)"
)
STARTING = 30.0  # [s] until the command holds its lock, on a busy machine
_PROGRESS = re.compile(r"(\w+)(?: (\d+) %)?")


@dataclass(frozen=True)
class Installation:
    """How it stands: ``state`` is "absent", "running", "installed", "outdated" or "failed"."""

    state: str
    what: str = ""  # being done: downloading, unpacking, converting
    share: float | None = None  # of the download, 0 to 1
    reason: str = ""  # of a failure, as a sentence


def status() -> Installation:
    """Return how the installation of SmolLM2 stands."""
    is_listed = registry.find(NAME) is not None
    folder = registry.MODELS_DIR / NAME
    is_ours = is_listed and registry.spec_of(NAME).folder == str(folder)
    if is_listed and (not is_ours or is_current(folder)):
        return Installation("installed")
    log = _log()
    lines = log.read_text(errors="replace").strip().splitlines() if log.is_file() else []
    last = lines[-1].strip() if lines else ""
    if not log.is_file() or last.startswith(f"{NAME} is installed"):
        # absent: or removed since, the weights are still there
        return Installation("outdated" if is_listed else "absent")
    if last.startswith("CommandError: "):
        return Installation("failed", reason=last.removeprefix("CommandError: "))
    if _is_locked() or time.time() - log.stat().st_mtime < STARTING:
        found = _PROGRESS.fullmatch(last)
        share = int(found[2]) / 100 if found and found[2] else None
        return Installation("running", what=found[1] if found else "starting", share=share)
    reason = f"it ended before it was done: {last[:300]}" if last else "it ended without a word"
    return Installation("failed", reason=reason)


def start() -> Installation:
    """Begin to fetch and convert SmolLM2, unless that is done or under way."""
    before = status()
    if before.state in ("installed", "running"):
        return before
    if find_spec("transformers") is None:  # the image of the pages, which has no torch either
        return Installation("failed", reason=NOT_HERE)
    registry.MODELS_DIR.mkdir(parents=True, exist_ok=True)
    with _log().open("wb") as log:
        subprocess.Popen(
            COMMAND,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=BASE_DIR,
        )
    return status()


def _log() -> Path:
    return registry.MODELS_DIR / f"{NAME}.log"


def _is_locked() -> bool:
    """Say whether a process is installing: it holds the lock for as long as it lives."""
    try:
        with (registry.MODELS_DIR / f".{NAME}.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
