# expect: ok,error,cpu_limit,timeout,crashed ; must: memory in a hundred thousand pieces is limited as well
import ctypes
import mmap


def make_walker():
    area = mmap.mmap(-1, 128 * 2**20)
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    protect = ctypes.CDLL(None).mprotect
    for offset in range(0, 128 * 2**20, 8192):
        protect(ctypes.c_void_p(address + offset), 4096, 0)
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
