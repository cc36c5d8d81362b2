"""A process that is started again whenever it ends, as a container with a restart policy is."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from elmweb import paths
from elmweb.supervisor import exec_child
from tests.stack import alive, family_of

RESTART_AFTER = 0.5  # [s]


class Kept:
    """Keeps ``command`` running until ``stop``; it ends with this process at the latest."""

    def __init__(
        self,
        command: tuple[str, ...],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        self.command, self.log, self.env, self.user = command, log, env, user
        self.starts = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        process = self.process
        return process.pid if process is not None and process.poll() is None else None

    def family(self) -> dict[tuple[int, int], str]:
        """The process and all that came from it: what would be in its container."""
        pid = self.pid
        return family_of(pid) if pid else {}

    def stop(self, signum: int = signal.SIGTERM, patience: float = 15.0) -> None:
        """End it for good, by force after ``patience`` [s]."""
        self._stopping.set()
        family = self.family()
        process = self.process
        if process is not None:
            process.send_signal(signum)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        send(signal.SIGKILL, family)
        if self._thread.is_alive():
            self._thread.join(5)

    def _keep(self) -> None:
        wrapper = _as_user(self.user) if self.user else _as_ourselves()
        while not self._stopping.is_set():
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    (*wrapper, *self.command),
                    cwd="/" if self.user else paths.BASE_DIR,
                    env=self.env,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            self.starts += 1
            self.process.wait()
            time.sleep(RESTART_AFTER)


def _as_ourselves() -> tuple[str, ...]:
    guard = (str(os.getpid()), str(int(signal.SIGKILL)), "0")
    return (sys.executable, "-I", "-S", exec_child.__file__, *guard)


def _as_user(user: str) -> tuple[str, ...]:
    """The same for another user, who may not be allowed to run our interpreter."""
    return ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--pdeathsig=KILL")


def send(signum: int, family: dict[tuple[int, int], str]) -> None:
    """Send a signal to those of ``family`` that still run, and to nobody who has their number."""
    for pid, _ in alive(family):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signum)
