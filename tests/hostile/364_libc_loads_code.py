# expect: ok,error,crashed ; must: converters, modules and shells of the C library load and start nothing
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import os


def make_walker():
    libc = ctypes.CDLL(None)
    os.environ["GCONV_PATH"] = "/tmp/elm_canary"
    os.environ["LD_PRELOAD"] = "/tmp/elm_canary/tamper.txt"
    libc.iconv_open.restype = ctypes.c_long
    libc.dlopen.restype = ctypes.c_void_p
    if libc.iconv_open(b"EVIL//", b"SHIFT_JIS") != -1:
        return REACHED
    for name in (b"libm.so.6", b"/lib/x86_64-linux-gnu/libnss_files.so.2", b"libpthread.so.0x"):
        if libc.dlopen(name, 0x1002):  # a copy of its own would have to be read
            return HARMLESS if libc.dlopen(name, 0x1006) else REACHED
    words = ctypes.create_string_buffer(64)
    if libc.wordexp(b"$(true > /tmp/elm_hostile_word; echo x)", words, 0) == 0:
        count = ctypes.cast(words, ctypes.POINTER(ctypes.c_size_t))[0]
        return REACHED if count else HARMLESS
    return HARMLESS
