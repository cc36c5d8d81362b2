# expect: ok,error ; must: neither name nor kernel of the machine can be asked
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes


def make_walker():
    text = ctypes.create_string_buffer(4096)
    libc = ctypes.CDLL(None)
    if libc.gethostname(text, 4096) == 0 or libc.uname(text) == 0:
        return REACHED
    try:
        __import__("os").uname()
        return REACHED
    except OSError:
        return HARMLESS
