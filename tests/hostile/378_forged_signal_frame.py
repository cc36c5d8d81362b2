# expect: crashed,forbidden_syscall ; must: returning from a signal that never came crashes its own process
import ctypes


def make_walker():
    ctypes.CDLL(None).syscall(15)
    return {"joints": [[666, 666], [1, 1]], "muscles": []}
