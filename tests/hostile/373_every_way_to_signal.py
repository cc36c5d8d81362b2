# expect: ok,error,crashed ; must: no call sends a signal, not even to oneself
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import os
import signal


def make_walker():
    libc = ctypes.CDLL(None)
    me, zygote = os.getpid(), os.getppid()
    for target in (zygote, me, 0, -1, 1):
        for attempt in (
            lambda: libc.kill(target, signal.SIGURG),
            lambda: libc.killpg(target, signal.SIGURG),
            lambda: libc.sigqueue(target, signal.SIGURG, None),
            lambda: libc.tgkill(target, target, signal.SIGURG),
        ):
            try:
                if attempt() == 0:
                    return REACHED
            except AttributeError:
                pass
    return HARMLESS
