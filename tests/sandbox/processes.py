"""Looking at the sandbox's processes from outside."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from simulation.sandbox import Sandbox


def launcher_of(sandbox: Sandbox) -> int:
    assert sandbox._zygote is not None
    return sandbox._zygote.pid


def zygote_of(sandbox: Sandbox) -> int:
    (zygote,) = children_of(launcher_of(sandbox))
    return zygote


def children_of(pid: int) -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(path) == pid]


def all_gone(pids: Iterable[int], within_s: float) -> bool:
    """Whether every process ends in time; one that only waits to be collected has ended."""
    deadline = time.monotonic() + within_s
    while any(_state(Path(f"/proc/{pid}")) not in ("", "Z") for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def memory_kb(pid: int) -> int:
    """Memory of its own: private pages, in RAM."""
    fields = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in fields if line.startswith("Private_"))


def open_descriptors(pid: int | None = None) -> int:
    return len(os.listdir(f"/proc/{pid or os.getpid()}/fd"))


def _state(path: Path) -> str:
    return _stat(path)[0]


def _parent(path: Path) -> int:
    return int(_stat(path)[1])


def _stat(path: Path) -> list[str]:
    try:
        return (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["", "0"]
