"""Resource limits of one child."""

import os
import resource

from .protocol import Job

_MB = 2**20
OPEN_FILES = 4  # 0, 1, 2 (nothing) and 3 (the channel)


def address_space_bytes() -> int:
    """Address space of this process; needs /proc, so it is read before the root is emptied."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def apply(job: Job, base_bytes: int) -> None:
    """Limit this process for good. ``base_bytes``: what the zygote already maps."""
    memory = base_bytes + job.memory_mb * _MB
    stack = job.stack_mb * _MB
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, job.cpu_s, job.cpu_s + 1),  # SIGXCPU, then SIGKILL
        (resource.RLIMIT_STACK, stack, stack),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))
