# expect: ok,error,crashed ; must: no memory becomes executable
import ctypes


def make_walker():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
    failed = ctypes.c_void_p(-1).value
    libc.personality(0x0400000)  # READ_IMPLIES_EXEC
    if libc.mmap(None, 4096, 7, 0x22, -1, 0) != failed:
        return {"joints": [[666, 666], [1, 1]], "muscles": []}
    page = libc.mmap(None, 4096, 3, 0x22, -1, 0)
    ctypes.memmove(page, b"\xb8\x2a\x00\x00\x00\xc3", 6)  # mov eax, 42; ret
    if libc.mprotect(ctypes.c_void_p(page), 4096, 5) == 0 or libc.syscall(329, page, 4096, 5, 0) == 0:
        return {"joints": [[666, 666], [1, 1]], "muscles": []}
    value = ctypes.CFUNCTYPE(ctypes.c_int)(page)()
    return {"joints": [[666, 666], [1, 1]] if value == 42 else [[0, 0], [1, 1]], "muscles": []}
