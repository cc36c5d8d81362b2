# expect: ok,error ; must: the processor time of no other process can be read
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import os


def make_walker():
    libc = ctypes.CDLL(None)
    place = (ctypes.c_long * 2)()
    for pid in (os.getppid(), *range(1, os.getpid()), *range(os.getpid() + 1, os.getpid() + 50)):
        for kind in (0, 1, 2, 4, 5, 6):
            clock = ctypes.c_int((~pid << 3) | kind)
            if libc.clock_gettime(clock, place) == 0 or libc.clock_getres(clock, place) == 0:
                return REACHED
            if pid and libc.clock_getcpuclockid(pid, place) == 0:
                return REACHED
    return HARMLESS
