# expect: ok ; must: the parts of futex that one thread never needs are refused
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import sys


def make_walker():
    number = 202 if "x86_64" in sys.implementation._multiarch else 98
    word, other = ctypes.c_uint32(0), ctypes.c_uint32(0)
    for operation in (6, 7, 8, 11, 12, 13):
        for flags in (0, 128, 256, 384):
            word.value = 0
            answer = ctypes.CDLL(None).syscall(
                number, ctypes.byref(word), operation | flags, 1, None, ctypes.byref(other), 0
            )
            if answer >= 0:
                return REACHED
    return HARMLESS
