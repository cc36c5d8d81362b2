"""Which system calls the zygote and a program may make.

Numbers are those of the kernel's tables for x86_64 and aarch64; None: that machine has no such
call. The aarch64 column has not been run yet.
"""

import platform

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # a program's own
    "read": (0, 63), "write": (1, 64), "writev": (20, 66), "close": (3, 57), "fstat": (5, 80),
    "lseek": (8, 62), "poll": (7, None), "ppoll": (271, 73), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "mremap": (25, 216), "madvise": (28, 233),
    "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "sched_yield": (24, 124),
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "gettimeofday": (96, 169), "time": (201, None),
    "times": (100, 153), "getrusage": (98, 165), "getpid": (39, 172), "getppid": (110, 173),
    "gettid": (186, 178), "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176),
    "getegid": (108, 177), "futex": (202, 98), "exit": (60, 93), "exit_group": (231, 94),
    "restart_syscall": (219, 128), "getrandom": (318, 278),
    "rseq": (334, 293),
    # the zygote's
    "clone": (56, 220), "fork": (57, None), "wait4": (61, 260), "waitid": (247, 95),
    "recvmsg": (47, 212), "sendmsg": (46, 211), "sendto": (44, 206), "recvfrom": (45, 207),
    "rt_sigtimedwait": (128, 137), "kill": (62, 129), "setrlimit": (160, 164),
    "prlimit64": (302, 261), "prctl": (157, 167), "seccomp": (317, 277),
    "close_range": (436, 436), "dup2": (33, None), "dup3": (292, 24), "fcntl": (72, 25),
    "set_robust_list": (273, 99), "set_tid_address": (218, 96),
    # answered with ENOSYS, so that the C library falls back to clone
    "clone3": (435, 435),
    # killed on sight
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "bpf": (321, 280), "io_uring_setup": (425, 425), "userfaultfd": (323, 282),
    "perf_event_open": (298, 241), "keyctl": (250, 219), "add_key": (248, 217),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "kexec_load": (246, 104), "init_module": (175, 105),
    "execveat": (322, 281),
}  # fmt: skip

PROGRAM = (
    "read", "write", "writev", "close", "fstat", "lseek", "poll", "ppoll", "mmap", "mprotect",
    "munmap", "mremap", "madvise", "brk", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "sigaltstack", "sched_yield", "nanosleep", "clock_nanosleep", "clock_gettime",
    "clock_getres", "gettimeofday", "time", "times", "getrusage", "getpid", "getppid", "gettid",
    "getuid", "geteuid", "getgid", "getegid", "futex", "exit", "exit_group", "restart_syscall",
    "getrandom", "rseq",
)  # fmt: skip

ZYGOTE = (
    *PROGRAM, "clone", "fork", "wait4", "waitid", "recvmsg", "sendmsg", "sendto", "recvfrom",
    "rt_sigtimedwait", "kill", "setrlimit", "prlimit64", "prctl", "seccomp", "close_range",
    "dup2", "dup3", "fcntl", "set_robust_list", "set_tid_address",
)  # fmt: skip

KILLED = (
    "ptrace", "process_vm_readv", "process_vm_writev", "bpf", "io_uring_setup", "userfaultfd",
    "perf_event_open", "keyctl", "add_key", "unshare", "setns", "mount", "umount2",
    "pivot_root", "kexec_load", "init_module", "execveat",
)  # fmt: skip


class UnknownMachine(OSError):
    """There is no table of system calls for this kind of processor."""


def numbers() -> dict[str, int]:
    """Name -> number of every call above that this machine has.

    Raises:
        UnknownMachine: not x86_64 and not aarch64.
    """
    machine = platform.machine()
    if machine not in AUDIT_ARCH:
        raise UnknownMachine(f"no table of system calls for {machine!r}")
    column = list(AUDIT_ARCH).index(machine)
    return {name: number for name, row in _NUMBERS.items() if (number := row[column]) is not None}
