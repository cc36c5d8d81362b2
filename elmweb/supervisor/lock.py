"""One ELMWeb per data folder: a lock that ends with its process, and says who holds it."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Holder:
    """The running supervisor, as it describes itself in the lock file."""

    pid: int
    url: str  # "" while it is still starting


class AlreadyRunning(RuntimeError):
    """Another supervisor holds the data folder."""


class DataLock:
    """The lock file ``up.lock`` of a data folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "up.lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Hold the lock until this process ends.

        Raises:
            AlreadyRunning: with a sentence that names the running process and its address.
        """
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            holder = self._read()
            where = f" at {holder.url}" if holder and holder.url else ""
            who = f" (process {holder.pid}{where})" if holder else ""
            raise AlreadyRunning(
                f"ELMWeb already runs on {self.path.parent}{who}. Use that one, stop it with "
                "Ctrl-C where it runs, or set ELMWEB_DATA to another folder."
            ) from None
        self._file = file
        self.describe("")

    def describe(self, url: str) -> None:
        """Write who we are into the lock file."""
        assert self._file is not None
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "url": url}) + "\n")
        self._file.flush()

    def holder(self) -> Holder | None:
        """Return the running supervisor, or None when nobody holds the lock."""
        if not self.path.exists():
            return None
        with self.path.open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return self._read()
        return None

    def _read(self) -> Holder | None:
        try:
            said = json.loads(self.path.read_text())
            return Holder(int(said["pid"]), str(said["url"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None  # read in the moment of being written
