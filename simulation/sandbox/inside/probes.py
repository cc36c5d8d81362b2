"""Try what each layer must refuse, with that layer alone and with all of them together.

A layer that reports success and does not hold is worse than none. So each is put on a throw-away
child that then tries the forbidden things on bait: a file, a listener on loopback, an abstract
socket, a process. What fails without any layer too proves nothing and is left out.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

from . import landlock
from .protocol import Job

PROBE_JOB = Job(wall_s=2, cpu_s=1, memory_mb=64, stack_mb=16, rng_seed=0)
SECCOMP = ("read_file", "stat_file", "create_file", "tcp", "abstract", "fork", "signal", "exec")
NAMESPACES = ("read_file", "stat_file", "create_file", "tcp", "abstract", "signal")
LIMITS = ("memory", "many_files")
_NO_CONTROL = {"exec", "memory"}  # trying these unjailed would end or burden the probe


def landlock_refuses(abi: int) -> tuple[str, ...]:
    """What Landlock of this version must refuse."""
    network = ("tcp",) if abi >= landlock.NETWORK_ABI else ()
    scopes = ("abstract", "signal") if abi >= landlock.SCOPE_ABI else ()
    return ("read_file", "create_file", *network, *scopes, "exec")


class Bait:
    """Things outside the jail that a program must not reach."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.file = _first(os.R_OK, "/etc/passwd", "/etc/hosts", "/proc/self/status")
        self.folder = _first(os.W_OK | os.X_OK, "/tmp", "/var/tmp", "/dev/shm")
        self.tcp = _listener(socket.AF_INET, ("127.0.0.1", 0))
        self.abstract = _listener(socket.AF_UNIX, f"\0elmweb-probe-{self.process}")
        self._tcp_address = self.tcp.getsockname() if self.tcp else None
        self._abstract_address = self.abstract.getsockname() if self.abstract else None
        controls = set(self.attempts()) - _NO_CONTROL
        refused = refusals(self, controls, lambda: None, os.pipe())
        self.reachable = _NO_CONTROL | {name for name, no in refused.items() if not no}

    def close(self) -> None:
        for listener in (self.tcp, self.abstract):
            if listener is not None:
                listener.close()

    def attempts(self) -> dict[str, Callable[[], None]]:
        """Name -> the attempt; it raises when it was refused."""
        return {
            "read_file": lambda: os.close(os.open(self.file, os.O_RDONLY)),
            "stat_file": lambda: _void(os.stat(self.file)),
            "create_file": self._create_file,
            "tcp": lambda: _connect(socket.AF_INET, self._tcp_address),
            "abstract": lambda: _connect(socket.AF_UNIX, self._abstract_address),
            "fork": _fork,
            "signal": lambda: os.kill(self.process, 0),
            "memory": lambda: _void(bytearray(2**30)),
            "many_files": _open_many_files,
            # Last: a process image that is replaced reports nothing more.
            "exec": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
        }

    def _create_file(self) -> None:
        path = f"{self.folder}/.elmweb-probe-{self.process}-{os.getpid()}"
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.unlink(path)


def layer(
    bait: Bait, names: Iterable[str], jail: Callable[[], object], **facts: Any
) -> dict[str, Any]:
    """The report on one active layer: what it refused, and whether that was everything."""
    refused = refusals(bait, bait.reachable.intersection(names), jail, os.pipe())
    return {"active": True, "holds": all(refused.values()), "refused": refused, **facts}


def absent(reason: str, **facts: Any) -> dict[str, Any]:
    """The report on a layer that is not there."""
    return {"active": False, "holds": False, "refused": {}, "reason": reason, **facts}


def refusals(
    bait: Bait, names: Iterable[str], jail: Callable[[], object], pipe: tuple[int, int]
) -> dict[str, bool]:
    """In a child under ``jail``: attempt -> whether it was refused.

    No answer (the child was replaced, or its jail could not be put on) counts as not refused.
    The pipe comes from outside since a jailed caller cannot make one.
    """
    wanted = set(names)
    attempts = {name: attempt for name, attempt in bait.attempts().items() if name in wanted}
    refused = dict.fromkeys(attempts, False)
    reader, writer = pipe
    pid = os.fork()
    if pid == 0:
        try:
            jail()
            for name, attempt in attempts.items():
                os.write(writer, f"{name} {_is_refused(attempt)}\n".encode())
        finally:
            os._exit(0)
    os.close(writer)
    answers = b"".join(iter(lambda: os.read(reader, 4096), b"")).decode()
    os.close(reader)
    os.waitpid(pid, 0)
    for line in answers.splitlines():
        name, _, was_refused = line.partition(" ")
        refused[name] = was_refused == "True"
    return refused


def _is_refused(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError):
        return True
    return False


def _first(access: int, *paths: str) -> str:
    return next((path for path in paths if os.access(path, access)), "/nonexistent")


def _listener(family: int, address: Any) -> socket.socket | None:
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.bind(address)
        listener.listen(16)
    except OSError:
        return None
    return listener


def _connect(family: int, address: Any) -> None:
    if address is None:
        raise OSError("there is no listener")
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        client.connect(address)


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _open_many_files() -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            stack.callback(os.close, os.dup(0))


def _void(_: object) -> None:
    """Turn an expression into an action."""
