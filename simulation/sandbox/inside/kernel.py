"""The C library and the small system calls that Python has no function for."""

import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
_fork = ctypes.PyDLL(None, use_errno=True).fork  # keeps the interpreter's lock: the child holds it

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_CAPABILITY_V3 = 0x20080522
NOBODY = 65534


def checked(result: int, what: str) -> int:
    """``result`` of a libc call, or the OSError that errno names."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def fork() -> int:
    """As ``os.fork`` without what modules have Python do in the child: seed, renew their locks.

    Only for a process with one thread, which holds no lock while it forks. That work is a
    quarter of an empty child's time.
    """
    return checked(_fork(), "fork")


def die_with_parent() -> None:
    """SIGKILL this process when its parent ends. fork, setresuid and unshare clear this."""
    libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def set_dumpable(yes: bool) -> None:
    """Whether /proc/self belongs to this uid (to write uid_map) and others may trace it."""
    libc.prctl(PR_SET_DUMPABLE, int(yes), 0, 0, 0)


def no_new_privileges() -> None:
    checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def drop_capabilities() -> None:
    """Give up every capability, also for what might be executed later."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_V3, 0)
    libc.capset(header, (ctypes.c_uint32 * 6)())


def become_nobody() -> str:
    """Leave root for uid 65534 where that is allowed; return why not, or an empty string."""
    if os.geteuid() != 0:
        return ""
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError as error:
        return f"still root, without capabilities: {error}"
    return ""
