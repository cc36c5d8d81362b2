"""What a run of a program comes back with, and what it may use."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How a program ended; every run has exactly one."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    CPU_LIMIT = "cpu_limit"
    CRASHED = "crashed"
    FORBIDDEN_SYSCALL = "forbidden_syscall"
    OUTPUT_TOO_LARGE = "output_too_large"
    BAD_RESULT = "bad_result"
    TOO_LARGE_SOURCE = "too_large_source"
    SANDBOX_LOST = "sandbox_lost"


@dataclass(frozen=True)
class Limits:
    """What one program may use. Measured values where not said."""

    wall_s: float = 2.0
    cpu_s: int = 1  # whole seconds: RLIMIT_CPU counts no smaller
    memory_mb: int = 192  # address space beyond what the zygote already maps
    stack_mb: int = 16
    source_bytes: int = 64 * 1024
    answer_bytes: int = 512 * 1024  # 1,000 joints and 4,000 muscles in full precision: 0.49 MB
    max_joints: int = 1000  # DESIGN §9
    max_muscles: int = 4000  # DESIGN §9


@dataclass(frozen=True)
class Verdict:
    """How one program ended. Text in it was written by the program: escape it where it is shown.

    ``value`` is the walker, ``{"joints": [[x, y], …], "muscles": [[i, j, {"type", "amplitude",
    "phase"}], …]}``, rebuilt from known keys, present exactly when the status is OK.
    """

    status: Status
    value: dict[str, Any] | None = None
    message: str = ""  # one sentence, at most 500 characters; empty when OK
    error: str = ""  # the exception's type, when the status is ERROR
    line: int | None = None  # of the program
    stdout: str = ""  # at most 4096 characters
    cpu_ms: float = 0.0
    wall_ms: float = 0.0
    rss_kb: int = 0


class SandboxUnavailable(RuntimeError):
    """Programs cannot be run safely on this machine; the text says what to do.

    ``report`` says which layers were found, as ``Sandbox.report`` does.
    """

    def __init__(self, message: str, report: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.report = report or {}
