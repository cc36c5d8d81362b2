"""The system-call filter: an allowlist in classic BPF, the layer that decides.

Everything that matters (open, socket, execve, kill, clone …) is absent from the program's list,
so it fails with EPERM, whatever the other layers do.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Sequence

from . import syscalls
from .kernel import checked, libc, no_new_privileges

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
# BPF opcodes
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _MASK, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NR, _ARCH, _ARG0, _ARG1, _ARG2 = 0, 4, 16, 24, 32  # offsets in struct seccomp_data
_X32_BIT = 0x40000000
_PROT_EXEC = 4
# A clock with this bit is another process' (its number is in the bits above): whether there is
# such a process, and how long it has computed, is nobody's business.
_FOREIGN_CLOCK = 0x80000000
_CLOCKS = ("clock_gettime", "clock_getres", "clock_nanosleep")
_FUTEX_OPERATION = 0x7F  # without its flags
# lock_pi, unlock_pi, trylock_pi, wait_requeue_pi, cmp_requeue_pi, lock_pi2: one thread needs
# none, and the kernel's faults were there more than once.
_FUTEX_REFUSED = (6, 7, 8, 11, 12, 13)
# normal … dontneed, free, hugepage, nohugepage, dontdump, dodump; not mergeable, by which one
# process can find out what is in the memory of another.
_ADVICE = (0, 1, 2, 3, 4, 8, 14, 15, 16, 17)
_NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW* flag that clone(2) takes


class _SockFprog(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


class Filter:
    """A compiled filter, ready to be loaded any number of times."""

    def __init__(self, allowed: Sequence[str]) -> None:
        code = _assemble(allowed)
        self._code = ctypes.create_string_buffer(code)  # kept alive: the kernel reads it
        self._prog = _SockFprog(len(code) // 8, ctypes.cast(self._code, ctypes.c_void_p))

    def load(self) -> None:
        """Put this process under the filter for good; filters add up, the strictest answers."""
        no_new_privileges()
        result = libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(self._prog), 0, 0)
        checked(result, "seccomp filter")


def program_filter() -> Filter:
    return Filter(syscalls.PROGRAM)


def zygote_filter() -> Filter:
    return Filter(syscalls.ZYGOTE)


def _assemble(allowed: Sequence[str]) -> bytes:
    """Wrong architecture or x32: kill. The killed list: kill. mmap and mprotect: only without
    PROT_EXEC. clone: only without new namespaces. Clocks: only one's own. futex: no priority
    inheritance. madvise: what an allocator needs. The allowed list. clone3: ENOSYS. Rest: EPERM.
    """
    number, refuse = syscalls.numbers(), _ERRNO | errno.EPERM
    out: list[bytes] = []

    def emit(code: int, operand: int, when_true: int = 0, when_false: int = 0) -> None:
        out.append(struct.pack("HBBI", code, when_true, when_false, operand))

    def answer(name: str, verdict: int) -> None:
        emit(_EQUAL, number[name], 0, 1)
        emit(_RETURN, verdict)

    def allow_unless(name: str, argument: int, bits: int, verdict: int) -> None:
        emit(_EQUAL, number[name], 0, 4)
        emit(_LOAD, argument)
        emit(_ANY_BIT, bits, 0, 1)
        emit(_RETURN, verdict)
        emit(_RETURN, _ALLOW)

    def judge_value(
        name: str, argument: int, mask: int, values: Sequence[int], match: int, other: int
    ) -> None:
        emit(_EQUAL, number[name], 0, 2 * len(values) + 3)
        emit(_LOAD, argument)
        emit(_MASK, mask)
        for value in values:
            emit(_EQUAL, value, 0, 1)
            emit(_RETURN, match)
        emit(_RETURN, other)

    emit(_LOAD, _ARCH)
    emit(_EQUAL, syscalls.AUDIT_ARCH[platform.machine()], 1, 0)
    emit(_RETURN, _KILL_PROCESS)
    emit(_LOAD, _NR)
    emit(_AT_LEAST, _X32_BIT, 0, 1)
    emit(_RETURN, _KILL_PROCESS)
    for name in syscalls.KILLED:
        answer(name, _KILL_PROCESS)
    for name in ("mmap", "mprotect"):
        allow_unless(name, _ARG2, _PROT_EXEC, refuse)
    if "clone" in allowed:
        allow_unless("clone", _ARG0, _NEW_NAMESPACES, _KILL_PROCESS)
    for name in _CLOCKS:
        allow_unless(name, _ARG0, _FOREIGN_CLOCK, refuse)
    judge_value("futex", _ARG1, _FUTEX_OPERATION, _FUTEX_REFUSED, refuse, _ALLOW)
    judge_value("madvise", _ARG2, 0xFFFFFFFF, _ADVICE, _ALLOW, _ERRNO | errno.EINVAL)
    judged = {"mmap", "mprotect", "clone", "futex", "madvise", *_CLOCKS}
    for name in allowed:
        if name in number and name not in judged:
            answer(name, _ALLOW)
    answer("clone3", _ERRNO | errno.ENOSYS)
    emit(_RETURN, refuse)
    return b"".join(out)
