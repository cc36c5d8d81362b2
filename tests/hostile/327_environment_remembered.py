# expect: ok ; must: run twice: variables set by one program are gone in the next
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import ctypes
    import os
    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_char_p
    if getenv(b"EVIL") or "EVIL" in os.environ:
        return REACHED
    os.environ["EVIL"] = "1"
    os.putenv("EVIL", "1")
    return HARMLESS
