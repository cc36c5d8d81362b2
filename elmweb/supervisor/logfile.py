"""The log file of one supervised process: bounded, tailed for the person at the terminal."""

import os
import re
import shutil
from pathlib import Path

LARGEST = 10_000_000  # [bytes]; then NAME.log becomes NAME.log.1
# Not the answer 503 of /readyz: it is an answer.
_IMPORTANT = re.compile(
    r"^(?!.*: Service Unavailable: ).* (ERROR|CRITICAL) |^(\w+\.)*\w*(Error|Exception)(: |$)"
    r'|^\{(?!.*: Service Unavailable: ).*"level": "(ERROR|CRITICAL)"'
)


class LogFile:
    """``data/logs/NAME.log``, written by the process itself and read by the supervisor."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shown = path.stat().st_size if path.exists() else 0

    def open_for_child(self) -> int:
        """Return a descriptor for the process's output; the caller closes it."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.rotate_when_large()
        return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def rotate_when_large(self) -> None:
        """Copy to ``NAME.log.1`` and empty the file, which the process keeps open for appending."""
        if self.path.exists() and self.path.stat().st_size > LARGEST:
            shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
            os.truncate(self.path, 0)
            self._shown = 0

    def new_important_lines(self) -> list[str]:
        """Return the lines written since the last call that a person should see."""
        if not self.path.exists():
            return []
        size = self.path.stat().st_size
        if size <= self._shown:
            self._shown = min(self._shown, size)
            return []
        with self.path.open("rb") as file:
            file.seek(max(self._shown, size - 100_000))
            text = file.read(100_000)
        end = text.rfind(b"\n") + 1  # a half-written line waits for the next call
        self._shown = size - len(text) + end
        lines = text[:end].decode(errors="replace").splitlines()
        return [line for line in lines if _IMPORTANT.search(line)]

    def tail(self, lines: int = 15) -> str:
        """Return the last ``lines`` lines."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - 20_000))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
