# expect: ok,crashed ; must: no memory is writable first and executable later, by whatever call
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import mmap


def make_walker():
    libc = ctypes.CDLL(None, use_errno=True)
    area = mmap.mmap(-1, 8192)
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    for protection in (4, 5, 7, 0x01000007, 0x02000007):
        if libc.mprotect(ctypes.c_void_p(address), 4096, protection) == 0:
            return REACHED
        if libc.pkey_mprotect(ctypes.c_void_p(address), 4096, protection, -1) == 0:
            return REACHED
    code = ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095
    if libc.mprotect(ctypes.c_void_p(code), 4096, 7) == 0:
        return REACHED
    return HARMLESS
