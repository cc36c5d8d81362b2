"""The faults: what begins, how long it lasts, how one sees that it is over."""

import contextlib
import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.bed import Bed, Part
from tests.chaos.clock import Clock
from tests.chaos.kept import send

# [s] A pause may outlive a lease (8 s): then the paused worker must find its job taken.
PAUSE, CUT, FULL = (1.0, 14.0), (1.0, 12.0), (2.0, 8.0)
# [s] where the clock may stand: minutes and a day ahead, an hour behind
CLOCKS = (0, 45, 3_600, 86_400, -45, -3_600)
_PART_WEIGHTS = {"supervisor": 1, "postgres": 2, "broker": 2, "model worker": 2}
_USUAL = 3


@dataclass(frozen=True)
class Fault:
    """One kind of fault, ready to happen."""

    kind: str
    begin: Callable[[], Callable[[], None] | None]  # what ends it; None: nothing there to hit
    seconds: tuple[float, float]  # that it lasts, from and to
    is_over: Callable[[float], bool]  # whether all works again since it ended, at that moment
    weight: int = _USUAL


def every_fault(bed: Bed, rng: random.Random, is_evolving: Callable[[float], bool]) -> list[Fault]:
    """Return all kinds of faults that can be had on this machine.

    Args:
        is_evolving: whether a child was recorded since a moment of the monotonic clock.
    """
    faults = []
    for part in bed.parts():
        weight = _PART_WEIGHTS.get(part.name, _USUAL)
        faults.append(Fault(f"kill {part.name}", _killing(part), (0, 0), part.works, weight))
        faults.append(Fault(f"pause {part.name}", _pausing(part), PAUSE, part.works, weight))
    link = bed.link
    for kind, harm in (("cut", link.cut), ("stall", link.stall)):
        begin = _harming(harm, link.mend)
        faults.append(Fault(f"{kind} network to broker", begin, CUT, is_evolving))
    if "fill disk" not in bed.missing:
        faults.append(Fault("fill disk", lambda: _fill(bed), FULL, is_evolving))
    if (clock := bed.clock) is not None:
        faults.append(Fault("set clock", lambda: _set_clock(clock, rng), (0, 0), is_evolving))
    return faults


def _killing(part: Part) -> Callable[[], Callable[[], None] | None]:
    def begin() -> Callable[[], None] | None:
        family = part.family()
        send(signal.SIGKILL, family)
        return _nothing if family else None

    return begin


def _pausing(part: Part) -> Callable[[], Callable[[], None] | None]:
    def begin() -> Callable[[], None] | None:
        family = part.family()
        send(signal.SIGSTOP, family)
        return (lambda: send(signal.SIGCONT, family)) if family else None

    return begin


def _harming(
    harm: Callable[[], None], mend: Callable[[], None]
) -> Callable[[], Callable[[], None] | None]:
    def begin() -> Callable[[], None]:
        harm()
        return mend

    return begin


def _fill(bed: Bed) -> Callable[[], None]:
    """Take every byte that the disk has left."""
    filler = bed.disk / "filler"
    with filler.open("wb") as file:
        size, chunk = 0, 1 << 26
        while chunk >= 4096:
            try:
                os.posix_fallocate(file.fileno(), size, chunk)
                size += chunk
            except OSError:
                chunk //= 2
    return lambda: filler.unlink(missing_ok=True)


def _set_clock(clock: Clock, rng: random.Random) -> Callable[[], None]:
    clock.set(rng.choice([offset for offset in CLOCKS if offset != clock.offset]))
    return _nothing


def _nothing() -> None:
    """A fault that is over as soon as it happened."""


def mend_all(bed: Bed) -> None:
    """Whatever was going on, end it."""
    bed.link.mend()
    with contextlib.suppress(OSError):
        (bed.disk / "filler").unlink(missing_ok=True)
