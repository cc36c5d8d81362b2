"""Things that an attack wants to reach, and whether it did.

The attack programs name fixed paths, a fixed port and a fixed abstract socket. Each is replaced
by one of our own, so that several test runs on one machine do not see each other.
"""

import os
import select
import shutil
import socket
import sqlite3
from pathlib import Path

from simulation.sandbox import Verdict

SECRET = "CANARY-VALUE-7f3a"  # what the attack programs look for
SECRET_VARIABLE = "ELM_SECRET_CANARY"


class Canaries:
    """Files, a database, listeners and a secret, outside the sandbox."""

    def __init__(self) -> None:
        self._tag = f"elm_canary_{os.getpid()}"
        self._folder = Path("/tmp") / self._tag
        self._written = f"/tmp/elm_written_{os.getpid()}_"
        self._shared = Path(f"/dev/shm/elm_fill_{os.getpid()}")
        self._folder.mkdir(exist_ok=True)
        self._folder.chmod(0o777)
        self._tcp = _bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self._port = self._tcp.getsockname()[1]
        self._udp = _bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", self._port))
        self._abstract = _bound(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self._tag}")
        path = str(self._folder / "app.sock")
        self._file_socket = _bound(socket.AF_UNIX, socket.SOCK_STREAM, path)
        os.chmod(path, 0o777)
        self.reset()

    def close(self) -> None:
        for listener in self._sockets:
            listener.close()
        self._remove_traces()
        shutil.rmtree(self._folder, ignore_errors=True)

    def aim(self, source: str) -> str:
        """The attack, pointed at these canaries."""
        return (
            source.replace("/tmp/elm_canary", str(self._folder))
            .replace("/tmp/elm_hostile_", self._written)
            .replace("/dev/shm/elm_hostile_fill", str(self._shared))
            .replace("elm_canary_abstract", self._tag)
            .replace("16379", str(self._port))
        )

    def reset(self) -> None:
        """Everything as an attack should leave it."""
        self._remove_traces()
        self._tamper.write_text("keep")
        self._tamper.chmod(0o666)
        (self._folder / "appsettings.py").write_text("SECRET = 1\n")
        database = self._folder / "db.sqlite3"
        database.unlink(missing_ok=True)
        with sqlite3.connect(database) as connection:
            connection.execute("create table users(name)")
            connection.execute("insert into users values(?)", [SECRET])
        connection.close()
        database.chmod(0o644)
        self.breaches()

    def breaches(self) -> list[str]:
        """What changed or was reached since the last look."""
        found = [f"wrote {path}" for path in self._traces()]
        if not self._tamper.exists() or self._tamper.read_text() != "keep":
            found.append("changed a file")
        elif self._tamper.stat().st_mode & 0o777 != 0o666:
            found.append("changed a file's mode")
        for listener in select.select(self._sockets, [], [], 0)[0]:
            found.append(f"reached {listener.getsockname()!r}")
            if listener.type == socket.SOCK_DGRAM:
                listener.recv(100)
            else:
                listener.accept()[0].close()
        return found

    @property
    def _sockets(self) -> list[socket.socket]:
        return [self._tcp, self._udp, self._abstract, self._file_socket]

    @property
    def _tamper(self) -> Path:
        return self._folder / "tamper.txt"

    def _traces(self) -> list[Path]:
        written = Path(self._written)
        found = [*written.parent.glob(f"{written.name}*"), *self._folder.glob("*.x")]
        return [*found, *([self._shared] if self._shared.exists() else [])]

    def _remove_traces(self) -> None:
        for path in self._traces():
            path.unlink()


def claims_breach(verdict: Verdict) -> bool:
    """The program says that it reached something, or shows the secret."""
    joints = verdict.value["joints"] if verdict.value else []
    return [666.0, 666.0] in joints or SECRET in repr(verdict)


def _bound(family: int, kind: int, address: object) -> socket.socket:
    bound = socket.socket(family, kind)
    bound.bind(address)  # type: ignore[arg-type]
    if kind == socket.SOCK_STREAM:
        bound.listen(64)
    return bound
