# expect: ok ; must: memory cannot be offered for sharing with other processes, by which they could be probed
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import mmap


def make_walker():
    area = mmap.mmap(-1, 2**20)
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    for advice in (9, 10, 11, 12, 18, 20, 21, 22, 23, 25, 100, 101):
        if ctypes.CDLL(None).madvise(ctypes.c_void_p(address), 2**20, advice) == 0:
            return REACHED
    return HARMLESS
