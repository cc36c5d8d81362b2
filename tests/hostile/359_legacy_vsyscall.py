# expect: ok,crashed,error,forbidden_syscall ; must: the old entry for system calls gives the time at most
import ctypes


def make_walker():
    for address in (0xFFFFFFFFFF600000, 0xFFFFFFFFFF600400, 0xFFFFFFFFFF600800):
        ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)(address)(None, None)
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
