"""End the zygote as soon as its owner ends.

PR_SET_PDEATHSIG alone is not enough between owner and launcher: it follows the *thread* that
started the launcher, and a web server's threads come and go. A pidfd follows the process.
"""

import os
import select
import time
from typing import NoReturn

_INTERVAL_S = 0.25  # [s] between two looks where the kernel has no pidfd (gVisor of 2022)


def open_pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def guard(owner_fd: int | None, owner: int, zygote: int) -> NoReturn:
    """Wait until owner or zygote ends, then exit; the zygote dies with this process."""
    zygote_fd = open_pidfd(zygote)
    if owner_fd is not None and zygote_fd is not None:
        select.select([owner_fd, zygote_fd], [], [])
        os._exit(0)
    while os.getppid() == owner and os.waitpid(zygote, os.WNOHANG)[0] == 0:
        time.sleep(_INTERVAL_S)
    os._exit(0)
