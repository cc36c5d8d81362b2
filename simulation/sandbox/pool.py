"""Several warm sandboxes behind one door, and one more for second opinions."""

import os
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .client import Sandbox
from .judge import LOST, Ran, encoded, judge
from .managed import Managed
from .process import SandboxLost
from .verdict import Limits, Verdict


class PoolBusy(RuntimeError):
    """No sandbox of the pool became free in time."""


class SandboxPool(Managed):
    """``slots`` programs at a time, each in a zygote that waits warm for the next one.

    A run that is to be checked ``again`` takes a zygote kept for that alone: forks of one zygote
    share its memory layout, so whatever depends on addresses would repeat in it by accident.

    Threads may share a pool; a fork starts zygotes of its own.
    """

    def __init__(
        self, slots: int = 1, limits: Limits | None = None, *, outer: str | None = None
    ) -> None:
        if slots < 1:
            raise ValueError(f"a pool has at least one slot, got {slots}")
        self.limits = limits or Limits()
        self.slots = slots
        self._sandboxes = [Sandbox(self.limits, outer=outer) for _ in range(slots)]
        self._second = Sandbox(self.limits, outer=outer)
        self._make_idle()

    @property
    def report(self) -> dict[str, Any]:
        """What the start of the first slot found, see ``Sandbox.report``."""
        return self._sandboxes[0].report

    def start(self) -> None:
        """Warm every slot; the zygote for second opinions starts when it is first needed.

        Raises:
            SandboxUnavailable: this machine does not give enough protection.
        """
        for sandbox in self._sandboxes:
            sandbox.start()

    def stop(self) -> None:
        """End every zygote and whatever runs in it."""
        for sandbox in (*self._sandboxes, self._second):
            sandbox.stop()

    def run(
        self, source: str, *, limits: Limits | None = None, rng_seed: int = 0, again: bool = False
    ) -> Verdict:
        """As ``Sandbox.run``; ``again``: in another process than any run without it.

        Raises:
            SandboxUnavailable: see ``start``.
        """
        limits = limits or self.limits
        data = encoded(source, limits)
        if isinstance(data, Verdict):
            return data
        try:
            return judge(self.run_bytes(data, limits, rng_seed, again=again), limits)
        except SandboxLost:
            return LOST

    def run_bytes(
        self,
        source: bytes,
        limits: Limits,
        rng_seed: int,
        *,
        again: bool = False,
        wait_s: float | None = None,
    ) -> Ran:
        """As ``Sandbox.run_bytes``, waiting at most ``wait_s`` [s] for a free slot.

        Raises:
            PoolBusy: every slot was taken for that long.
            SandboxLost, SandboxUnavailable: see ``Sandbox.run_bytes``.
        """
        if again:
            return self._second.run_bytes(source, limits, rng_seed)
        with self._idle_sandbox(wait_s) as sandbox:
            return sandbox.run_bytes(source, limits, rng_seed)

    @contextmanager
    def _idle_sandbox(self, wait_s: float | None) -> Iterator[Sandbox]:
        if self._owner != os.getpid():
            self._make_idle()  # of a fork: the parent's threads hold what was taken there
        idle = self._idle
        try:
            sandbox = idle.get(timeout=wait_s)
        except queue.Empty:
            raise PoolBusy(f"all {self.slots} slots were busy for {wait_s:g} s") from None
        try:
            yield sandbox
        finally:
            idle.put(sandbox)

    def _make_idle(self) -> None:
        self._owner = os.getpid()
        # Last in, first out: the pages of the zygote that ran last are still in the cache.
        self._idle: queue.LifoQueue[Sandbox] = queue.LifoQueue()
        for sandbox in reversed(self._sandboxes):
            self._idle.put(sandbox)
