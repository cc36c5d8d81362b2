"""One supervised process: started again when it dies, stopped with its whole process group."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from elmweb.supervisor.logfile import LogFile

_WRAPPER = str(Path(__file__).with_name("exec_child.py"))
_DELAYS = (0.2, 0.5, 1.0, 2.0)  # [s] before the first restarts: back within 5 s of a kill
SLOW_DELAY = 15.0  # [s] after MANY_DEATHS: still trying, without eating the machine
MANY_DEATHS = len(_DELAYS) + 1
HEALTHY = 30.0  # [s]; who lived this long starts with a clean record


@dataclass(frozen=True)
class Spec:
    """What to run, and how to end it."""

    name: str
    argv: tuple[str, ...]
    folder: Path
    stop_seconds: float  # patience between SIGTERM and SIGKILL
    death_signal: int = signal.SIGKILL  # sent by the kernel when the supervisor is killed
    nice: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    fds: tuple[int, ...] = ()


class Child:
    """Keeps one process of a ``Spec`` alive until told to stop."""

    def __init__(self, spec: Spec, log: LogFile, on_change: Callable[[], None]) -> None:
        self.spec = spec
        self.log = log
        self.pid: int | None = None
        self.starts = 0
        self.since = 0.0
        self.fast_deaths = 0
        self.last_exit = ""
        self.stopping = False
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._began = 0.0  # on the monotonic clock: nobody sets that one

    async def keep_alive(self, say: Callable[[str], None]) -> None:
        """Run the process, again and again, until ``stop`` or ``kill``."""
        while not self.stopping:
            try:
                await self._start()
            except OSError as error:  # no memory, too many processes: the machine may recover
                say(f"cannot be started: {error}; trying again in {SLOW_DELAY:g} s")
                await asyncio.sleep(SLOW_DELAY)
                continue
            assert self._process is not None
            code = await self._process.wait()
            self._end_group()
            lived = time.monotonic() - self._began
            self.pid = None
            self.last_exit = f"{_how(code)} after {lived:.1f} s"
            self._on_change()
            if self.stopping:
                return
            self.fast_deaths = 0 if lived > HEALTHY else self.fast_deaths + 1
            delay = _delay(self.fast_deaths)
            say(f"{self.last_exit}; starting again in {delay:g} s (log: {self.log.path})")
            if self.fast_deaths == MANY_DEATHS:
                say(f"died {MANY_DEATHS} times in a row, the end of its log:\n{self.log.tail()}")
            await asyncio.sleep(delay)

    async def _start(self) -> None:
        output = self.log.open_for_child()
        try:
            spec = self.spec
            guard = (str(os.getpid()), str(int(spec.death_signal)), str(spec.nice))
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", _WRAPPER, *guard, *spec.argv),
                cwd=spec.folder,
                env={**os.environ, **spec.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C at the terminal reaches the supervisor only
                pass_fds=spec.fds,
            )
        finally:
            os.close(output)
        self.pid = self._process.pid
        self.starts += 1
        self.since, self._began = time.time(), time.monotonic()
        self._on_change()

    async def stop(self) -> None:
        """End the process politely, after ``stop_seconds`` with its whole group by force."""
        self.stopping = True
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), self.spec.stop_seconds)
        self._end_group()

    def kill(self) -> None:
        """End the whole group at once."""
        self.stopping = True
        self._end_group()

    def _end_group(self) -> None:
        """End what is left of the group, once: later its number may be another's.

        Orphaned pool processes hold the broker's connection and would swallow a task.
        """
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process = None


def _delay(fast_deaths: int) -> float:
    return _DELAYS[max(0, fast_deaths - 1)] if fast_deaths < MANY_DEATHS else SLOW_DELAY


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
