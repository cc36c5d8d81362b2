# expect: ok,error,crashed,cpu_limit,timeout ; must: memory that the C library takes is counted too
import ctypes


def make_walker():
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    taken = 0
    while taken < 600:
        block = libc.malloc(ctypes.c_size_t(2**20))
        if not block:
            break
        ctypes.memset(block, 1, 2**20)
        taken += 1
    return {"joints": [[666, 666], [1, 1]] if taken > 400 else [[0, 0], [1, 1]], "muscles": []}
