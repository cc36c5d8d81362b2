# expect: ok,error,crashed ; must: functions of the C library that open files on the side open none
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import os
import time


def make_walker():
    libc = ctypes.CDLL(None)
    for name in ("tmpfile", "popen", "fopen", "opendir", "getpwnam", "getgrgid", "setmntent", "gethostbyname"):
        function = getattr(libc, name)
        function.restype = ctypes.c_void_p
        for arguments in ((b"/etc/passwd", b"r"), (b"root", b"r")):
            if function(*arguments):
                return REACHED
    os.environ["TZ"] = ":/etc/localtime"
    os.environ["TZDIR"] = "/etc"
    time.tzset()
    libc.openlog(b"evil", 0, 0)
    libc.syslog(0, b"evil")
    return HARMLESS
