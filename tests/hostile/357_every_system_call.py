# expect: ok ; must: of all system calls only those on the list answer
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import sys

KILLS = {101, 310, 311, 321, 425, 323, 298, 250, 248, 272, 308, 165, 166, 155, 246, 175, 322}
ENDS_OR_WAITS = {15, 60, 231, 271, 219, 335, 336}  # 335, 336: of probes, SIGILL elsewhere
KILLS |= {56}  # clone with flags for new namespaces
ALLOWED = {
    0, 1, 20, 3, 5, 8, 7, 9, 10, 11, 25, 28, 12, 13, 14, 131, 24, 35, 230, 228, 229, 96, 201, 100,
    98, 39, 110, 186, 102, 107, 104, 108, 202, 318, 334,
}


def make_walker():
    if "x86_64" not in sys.implementation._multiarch:
        return HARMLESS
    syscall = ctypes.CDLL(None).syscall
    syscall.restype = ctypes.c_long
    for number in range(600):
        if number in ALLOWED or number in KILLS or number in ENDS_OR_WAITS:
            continue
        for arguments in ((0, 0, 0), (3, 1, 1), (-1, 4096, 0)):
            if syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) >= 0:
                return REACHED
    return HARMLESS
