"""The untrusted side: one program in one process that ends with it.

Nothing here is trusted by the application: the program may change any of it. What holds is the
jail, and that the verdict comes from the zygote's ``wait4``.
"""

import gc
import mmap
import os
import random
import signal
import sys
from os import _exit, write
from types import ModuleType
from typing import Any, NoReturn

from . import answer, limits
from .entry import find_entry
from .kernel import die_with_parent
from .protocol import Job
from .seccomp import Filter

CHANNEL = 3  # the only descriptor besides /dev/null on 0, 1 and 2
PROGRAM_FILE = "<program>"
_HIGHEST_FD = 256  # the zygote holds a handful
_READ_BYTES = 65536
_RECURSION_LIMIT = 1000
_WARM_UPS = 12  # from the eighth run on a function's code is specialised (CPython 3.11)
_WARM_UP = """
import math
import numpy as np
from walk_creator import walker_creator

def points(count):
    return [(math.cos(n / count), math.sin(n / count)) for n in range(count)]

def make_walker():
    wc = walker_creator()
    joints = [wc.add_joint(5 * x, 5 * y) for x, y in points(6)]
    for n in range(6):
        wc.add_muscle(joints[n], joints[n - 1], False, 2.0 + n, n / 6)
    return wc.get_walker()
"""
# Address space that is never touched, given back so that a MemoryError can be reported.
_BALLAST_BYTES = 2**21


class Jail:
    """What a child puts on before it reads the program."""

    def __init__(self, program_filter: Filter | None, base_bytes: int) -> None:
        self._filter = program_filter
        self._base_bytes = base_bytes

    def close(self, job: Job) -> None:
        limits.apply(job, self._base_bytes)
        if self._filter is not None:
            self._filter.load()


def main(channel: int, job: Job, jail: Jail, names: dict[str, Any]) -> NoReturn:
    """Lock this process up, read a program from the channel, run it, answer, exit."""
    die_with_parent()
    os.dup2(channel, CHANNEL)
    os.closerange(CHANNEL + 1, _HIGHEST_FD)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    jail.close(job)
    source = b"".join(iter(lambda: os.read(CHANNEL, _READ_BYTES), b"")).decode()
    random.seed(job.rng_seed)
    if "np" in names:
        names["np"].random.seed(job.rng_seed & 0xFFFFFFFF)  # numpy takes 32 bits
    sys.setrecursionlimit(_RECURSION_LIMIT)
    output = answer.Output()
    vars(sys).update(stdin=None, __stdin__=None, __stdout__=None, __stderr__=None)
    sys.stdout = sys.stderr = output
    gc.enable()
    data = _run(source, names, output)
    while data:
        data = data[write(CHANNEL, data) :]
    _exit(0)


def warm_up(names: dict[str, Any]) -> None:
    """Run a program of our own a few times, for what an interpreter does once: a fork then finds
    specialised code and filled caches instead of making its own in pages that it has to copy.
    """
    for _ in range(_WARM_UPS):
        data = _run(_WARM_UP, names, answer.Output())
        if not data.startswith(b'{"result"'):
            raise RuntimeError(f"the sandbox cannot run a program: {data.decode()[:200]}")
    del sys.modules["program"]


def _run(source: str, names: dict[str, Any], output: answer.Output) -> bytes:
    """Run the program; whatever happens, the answer is bytes."""
    ballast = mmap.mmap(-1, _BALLAST_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    program = ModuleType("program")
    program.__dict__.update(names)
    sys.modules["program"] = program
    try:
        exec(compile(source, PROGRAM_FILE, "exec", dont_inherit=True), program.__dict__)
        value = answer.plain_walker(find_entry(program.__dict__, PROGRAM_FILE)())
        return answer.result(value, output)
    except BaseException as error:
        ballast.close()
        return answer.failure(error, PROGRAM_FILE, output)
