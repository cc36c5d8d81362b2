"""Run untrusted programs: the application's side of the sandbox."""

import contextlib
import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

from . import process
from .inside.protocol import Job
from .judge import LOST, Ran, encoded, judge
from .ladder import Tier, tier_of
from .managed import Managed
from .verdict import Limits, SandboxUnavailable, Verdict

_GRACE_S = 2.0  # [s] beyond the program's wall-clock limit, then the zygote counts as lost
_RECEIVE_BYTES = 65536
_SEED_BITS = 2**64 - 1


class Sandbox(Managed):
    """One zygote and one program at a time; threads may share it.

    Starts when it is first needed, and again when it was lost or when it finds itself in a
    forked process. ``report`` is what the last start found (layers, tier), empty before.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        walker_file: Path = process.WALKER_FILE,
        outer: str | None = None,
    ) -> None:
        """``outer`` stands for SANDBOX_OUTER; None reads it from the environment."""
        self.limits = limits or Limits()
        self.report: dict[str, Any] = {}
        self._walker_file = walker_file
        self._outer = os.environ.get("SANDBOX_OUTER", "") if outer is None else outer
        self._without: frozenset[str] = frozenset()  # tests take layers away to see them missed
        self._zygote: process.ZygoteProcess | None = None
        self._lock = threading.RLock()
        self._lock_owner = os.getpid()

    def start(self) -> None:
        """Start the zygote unless it runs.

        Raises:
            SandboxUnavailable: this machine does not give enough protection.
        """
        with self._locked():
            self._running()

    def stop(self) -> None:
        """End the zygote and whatever runs in it."""
        with self._locked():
            if self._zygote is not None:
                self._zygote.stop()
                self._zygote = None

    def cpu_s(self) -> float:
        """Processor time [s] that the running zygote and all programs in it have used; Linux."""
        with self._locked():
            zygote = self._running()
            return process.cpu_of_tree(zygote.pid)

    def run(self, source: str, *, limits: Limits | None = None, rng_seed: int = 0) -> Verdict:
        """Run one program and return how it ended; the program's faults never raise.

        Args:
            source: the program; its ``make_walker``, or else its last top-level function that
                needs no argument, makes the walker.
            rng_seed: seeds ``random`` and ``numpy.random`` (64 and 32 bits are used).

        Raises:
            SandboxUnavailable: see ``start``.
        """
        limits = limits or self.limits
        data = encoded(source, limits)
        if isinstance(data, Verdict):
            return data
        try:
            return judge(self.run_bytes(data, limits, rng_seed), limits)
        except process.SandboxLost:
            return LOST

    def run_bytes(self, source: bytes, limits: Limits, rng_seed: int) -> Ran:
        """Run one program given in UTF-8; what it wrote is not looked at.

        Raises:
            SandboxLost: the zygote went away meanwhile; the program was not judged.
            SandboxUnavailable: see ``start``.
        """
        seed = rng_seed & _SEED_BITS
        job = Job(limits.wall_s, limits.cpu_s, limits.memory_mb, limits.stack_mb, seed)
        with self._locked():
            try:
                zygote, channel = self._begin(job)
                deadline = time.monotonic() + limits.wall_s + _GRACE_S
                with channel:
                    answer = _exchange(channel, source, limits.answer_bytes, deadline)
                return Ran(zygote.wait(deadline - time.monotonic()), answer)
            except BaseException:
                self.stop()  # the answer to an interrupted run would be taken for the next one's
                raise

    def _begin(self, job: Job) -> tuple[process.ZygoteProcess, socket.socket]:
        """Hand the job over; a zygote that died while idle is replaced without a word."""
        for attempt in (1, 2):
            ours, theirs = socket.socketpair()
            try:
                with theirs:
                    zygote = self._running()
                    zygote.send(job, theirs)
                return zygote, ours
            except process.SandboxLost:
                ours.close()
                self.stop()
                if attempt == 2:
                    raise SandboxUnavailable(
                        "The sandbox's process ends as soon as it is asked to run a program."
                    ) from None
            except BaseException:
                ours.close()
                raise
        raise AssertionError("not reached")

    def _running(self) -> process.ZygoteProcess:
        if self._zygote is not None and not self._zygote.is_alive:
            self.stop()
        if self._zygote is None:
            zygote = process.start(self._walker_file, self._without)
            tier, reason = tier_of(zygote.report, self._outer)
            self.report = {"tier": str(tier), "reason": reason, **zygote.report}
            if tier is Tier.REFUSED and not self._without:
                zygote.stop()
                raise SandboxUnavailable(reason, self.report)
            self._zygote = zygote
        return self._zygote

    def _locked(self) -> contextlib.AbstractContextManager[Any]:
        """The lock; a fork gets one of its own, and leaves the parent's zygote to the parent."""
        if self._lock_owner != os.getpid():
            self._lock, self._lock_owner = threading.RLock(), os.getpid()
            if self._zygote is not None:
                self._zygote.stop()
                self._zygote = None
        return self._lock


def _exchange(channel: socket.socket, source: bytes, most: int, deadline: float) -> bytes | None:
    """Send the program, return what comes back until the child closes; None: too much.

    However slowly a child writes, this ends at the deadline: the zygote kills the child at its
    wall-clock limit before that.
    """
    received = bytearray()
    with contextlib.suppress(OSError):  # a child that closes early, or a time-out
        channel.settimeout(max(deadline - time.monotonic(), 0.05))
        channel.sendall(source)
        channel.shutdown(socket.SHUT_WR)
        while True:
            channel.settimeout(max(deadline - time.monotonic(), 0.05))
            chunk = channel.recv(_RECEIVE_BYTES)
            if not chunk:
                break
            received += chunk
            if len(received) > most:
                return None
    return bytes(received)
