"""A wall clock that can be set, for the processes that are started with ``environment``."""

import shutil
import struct
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """The offset of a clock, in a file that every process of the stack has mapped.

    Raises:
        FileNotFoundError: there is no C compiler here.
    """

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise FileNotFoundError("no C compiler here (Debian, Ubuntu: apt install gcc)")
        self._file, self._library = folder / "clock", folder / "clock.so"
        self._file.write_bytes(struct.pack("=q", 0))
        command = [compiler, "-O2", "-shared", "-fPIC", "-o", self._library, _SOURCE]
        subprocess.run(command, check=True)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process live by this clock."""
        return {"LD_PRELOAD": str(self._library), "CHAOS_CLOCK": str(self._file)}

    @property
    def offset(self) -> int:
        """How far the clock is ahead [s]."""
        return struct.unpack("=q", self._file.read_bytes())[0]

    def set(self, offset: int) -> None:
        """Let it jump, at once and for everybody."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("=q", offset))
