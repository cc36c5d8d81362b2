# expect: ok,error ; must: the process cannot change what kind of process it is
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes


def make_walker():
    libc = ctypes.CDLL(None)
    for attempt in (
        lambda: libc.personality(0x0400000),
        lambda: libc.prctl(4, 1, 0, 0, 0),
        lambda: libc.prctl(36, 1, 0, 0, 0),
        lambda: libc.prctl(22, 0, 0, 0, 0),
        lambda: libc.prctl(0x59616D61, -1, 0, 0, 0),
        lambda: libc.pkey_alloc(0, 0),
        lambda: libc.mlockall(3),
        lambda: libc.setpriority(0, 0, -20),
        lambda: libc.sched_setaffinity(0, 8, b"\1" + bytes(7)),
    ):
        if attempt() >= 0:
            return REACHED
    return HARMLESS
