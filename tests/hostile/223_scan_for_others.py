# expect: ok ; must: run twice: the memory of one program holds nothing of another
import ctypes
import gc
import sys

HALVES = (b"planted-by-one-", b"read-by-the-next")
EFAULT, SIGPROCMASK = 14, 14  # number of rt_sigprocmask on x86_64


def readable(address):
    """A system call that only looks at an address tells whether it can be read."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(SIGPROCMASK, 99, ctypes.c_void_p(address), None, 8)
    return ctypes.get_errno() != EFAULT


def found():
    objects = gc.get_objects() + list(sys.modules) + [v for m in list(sys.modules.values()) for v in vars(m).values()]
    for megabyte in {id(o) >> 20 for o in objects}:
        for address in range(megabyte << 20, (megabyte + 1) << 20, 4096):
            if readable(address):
                page = ctypes.string_at(address, 4096)
                at = page.find(HALVES[0])
                while at >= 0:
                    if page.startswith(HALVES[1], at + len(HALVES[0])):
                        return True
                    at = page.find(HALVES[0], at + 1)
    return False


def make_walker():
    if found():
        return {"joints": [[666, 666], [1, 1]], "muscles": []}
    sys.planted = [HALVES[0] + HALVES[1] + str(n).encode() for n in range(20000)]
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
