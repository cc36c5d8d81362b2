# expect: crashed,error,cpu_limit,timeout ; must: a signal stack that is too small crashes its own process
import ctypes
import signal


class Stack(ctypes.Structure):
    _fields_ = [("sp", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t)]


def make_walker():
    area = ctypes.create_string_buffer(4096)
    stack = Stack(ctypes.addressof(area), 0, 4096)
    ctypes.CDLL(None).sigaltstack(ctypes.byref(stack), None)
    signal.signal(signal.SIGSEGV, lambda number, frame: None)

    def deeper(x):
        return deeper(x) + 1

    __import__("sys").setrecursionlimit(10**9)
    deeper(0)
