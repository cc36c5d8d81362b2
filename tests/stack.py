"""The real thing for tests: ``manage.py up`` on a data folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from elmweb import login_links, paths

T = TypeVar("T")
CHILDREN = ("broker", "web", "evaluate", "model")
_OURS = ("ELMWEB_", "DATABASE_URL", "DJANGO_")
_STOP_RUNS = """
from archive.models import Run, RunState
from archive.services import runs
for run in Run.objects.filter(state__in=[RunState.RUNNING, RunState.PAUSED]):
    runs.stop(run)
"""


class Stack:
    """One running ELMWeb; leaving the ``with`` block stops it."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        self.env = {**inherited, "ELMWEB_DATA": str(data), **environment}
        self.process: subprocess.Popen[str] | None = None
        self._printed: list[str] = []

    def __enter__(self) -> Self:
        self.launch()
        self.until(lambda: self._says("READY") or self._ended(), 60, "READY")
        if self._ended():
            raise AssertionError(f"manage.py up ended while starting:\n{self.report()}")
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    @property
    def command(self) -> tuple[str, ...]:
        """What starts it."""
        return (sys.executable, "manage.py", "up", "--no-open", "--port", str(self.port))

    def launch(self) -> None:
        """Start ``manage.py up`` without waiting for anything."""
        self.process = subprocess.Popen(
            self.command,
            cwd=paths.BASE_DIR,
            env=self.env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def end(self) -> None:
        """Stop it, by force when it does not stop in time."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    # --- what it says and has

    @property
    def printed(self) -> str:
        """What ``manage.py up`` printed so far."""
        return "\n".join(self._printed)

    @property
    def login_url(self) -> str:
        """A fresh one-time login link, a new one each time."""
        return login_links.address(self.url, login_links.mint(self.data))

    def state(self) -> dict[str, dict[str, Any]]:
        """The children: {name: {pid, starts, since, last_exit}}; pid None while one is down."""
        return json.loads((self.data / "state.json").read_text())

    def pid(self, name: str) -> int | None:
        return self.state().get(name, {}).get("pid")

    def family(self) -> dict[tuple[int, int], str]:
        """The supervisor and all that came from it, by (pid, start time): what each runs."""
        assert self.process is not None
        return family_of(self.process.pid)

    def report(self) -> str:
        """What was printed, and how each log ends: for the message of a failed test."""
        parts = [f"--- manage.py up\n{self.printed}"]
        for log in sorted((self.data / "logs").glob("*.log")):
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            parts.append(f"--- {log.name}\n{tail}")
        return "\n".join(parts)

    # --- what one does with it

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Return status and text of a page, without login; status 0 when nobody answers."""
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def kill(self, name: str, signum: int = signal.SIGKILL) -> int:
        """Send a signal to a child that runs, and return its pid."""
        pid = self.until(lambda: self.pid(name), 20, f"{name} to run")
        assert pid is not None
        os.kill(pid, signum)
        return pid

    def manage(self, *args: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run another ``manage.py`` command on the same data folder."""
        return subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=paths.BASE_DIR,
            env=self.env,
            text=True,
            capture_output=True,
            timeout=timeout,
        )

    def stop_runs(self) -> None:
        """End every run that goes on, so that the tests that follow have the machine."""
        stopped = self.manage("shell", "--no-imports", "-c", _STOP_RUNS)
        assert stopped.returncode == 0, stopped.stderr

    def until(self, seen: Callable[[], T], seconds: float, what: str) -> T:
        """Return the first true value of ``seen``; fail with the logs after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not (value := seen()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds:g} s for {what}\n{self.report()}")
            time.sleep(0.03)
        return value

    def until_ready(self, seconds: float = 60) -> None:
        """Wait until database, broker and both workers are there."""
        self.until(lambda: self.get("/readyz")[0] == 200, seconds, "/readyz")

    def _says(self, word: str) -> bool:
        return word in self.printed

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._printed.append(line.rstrip())


def wait(seen: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until ``seen`` is true.

    Raises:
        TimeoutError: it was not, for so long.
    """
    deadline = time.monotonic() + seconds
    while not seen():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family_of(pid: int) -> dict[tuple[int, int], str]:
    """Return a process and all that came from it, by (pid, start time): what each runs."""
    everything = _processes()
    members = {pid}
    while more := {p.pid for p in everything if p.parent in members} - members:
        members |= more
    return {(p.pid, p.began): p.command for p in everything if p.pid in members}


def alive(family: dict[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """Return those of ``family`` that still run."""
    return {(p.pid, p.began): p.command for p in _processes() if (p.pid, p.began) in family}


class _Process(NamedTuple):
    pid: int
    parent: int
    began: int  # [clock ticks since boot]: a pid may be used again, the pair is not
    command: str


def _processes() -> list[_Process]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # ended meanwhile
            if fields[0] != "Z":
                found.append(_Process(int(folder.name), int(fields[1]), int(fields[19]), command))
    return found
