# expect: ok,forbidden_syscall ; must: numbers beyond the table, and of other tables, are refused
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes


def make_walker():
    syscall = ctypes.CDLL(None).syscall
    syscall.restype = ctypes.c_long
    for number in (-1, -2, 2**31 - 1, 2**32 + 2, 2**32 + 257, 2**63 - 1, 0x40000002, 0x40000101):
        if syscall(ctypes.c_long(number), b"/etc/passwd", ctypes.c_long(0), ctypes.c_long(0)) >= 0:
            return REACHED
    return HARMLESS
