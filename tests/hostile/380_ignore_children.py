# expect: ok,error ; must: what is done with SIGCHLD here is nothing to the zygote
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import signal


def make_walker():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    libc = ctypes.CDLL(None)
    status = ctypes.c_int()
    for pid in (-1, 0, 1):
        if libc.waitpid(pid, ctypes.byref(status), 1) > 0:
            return REACHED
    return HARMLESS
