"""The two messages between the application and the zygote; one datagram each.

Program text and results never travel here: they go between application and child over a
socket whose one end comes with the ``Job``.
"""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Job:
    """What the zygote needs to know to run one program."""

    wall_s: float
    cpu_s: int
    memory_mb: int
    stack_mb: int
    rng_seed: int

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Job":
        return cls(**json.loads(data))


@dataclass(frozen=True)
class Ended:
    """How a child ended, as the kernel told the zygote (``wait4``), never as the child says."""

    timed_out: bool  # the zygote killed it at the wall-clock limit
    signal: int  # 0: it left by itself
    code: int  # exit status, 0 when a signal ended it
    cpu_s: float
    wall_s: float
    rss_kb: int

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Ended":
        return cls(**json.loads(data))
