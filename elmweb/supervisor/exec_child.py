"""Becomes a supervised program, after asking the kernel to end it together with the supervisor.

A script of its own because code between fork and exec is not safe in a process with threads:
``python exec_child.py PARENT_PID DEATH_SIGNAL NICE PROGRAM ARGUMENT...``
"""

import os
import sys


def main(parent: int, death_signal: int, nice: int, argv: list[str]) -> None:
    if sys.platform == "linux":
        die_with_parent(death_signal)
    if os.getppid() != parent:
        sys.exit("the supervisor ended before this process began")
    if nice:
        os.nice(nice)
    os.execv(argv[0], argv)


def die_with_parent(death_signal: int) -> None:
    """Have the kernel send ``death_signal`` to this process when its parent ends in any way."""
    import ctypes

    PR_SET_PDEATHSIG = 1  # linux/prctl.h
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
