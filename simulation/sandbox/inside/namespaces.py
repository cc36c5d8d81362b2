"""Namespaces of our own and an empty, read-only root directory."""

import ctypes
import os
import platform
from dataclasses import dataclass, field

from .kernel import NOBODY, checked, libc

_FLAGS = {"net": 0x40000000, "ipc": 0x08000000, "uts": 0x04000000, "mount": 0x00020000}
_USER, _PID = 0x10000000, 0x20000000
_NEEDED = {"user", "net", "mount", "pid"}
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT = 1, 2, 4, 8, 32
_MS_REC, _MS_PRIVATE, _MNT_DETACH = 0x4000, 0x40000, 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}


@dataclass
class Entered:
    """Which namespaces this process made, and what was refused."""

    made: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    empty_root: bool = False

    @property
    def complete(self) -> bool:
        return self.empty_root and _NEEDED.issubset(self.made)


def enter() -> Entered:
    """Make new user, net, ipc, uts, mount and pid namespaces; the next fork enters the last.

    What the kernel refuses is recorded and left out: Landlock and seccomp go on without it.
    """
    entered = Entered()
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(_USER) != 0:
        entered.errors.append(f"user: {os.strerror(ctypes.get_errno())}")
        return entered  # the others need the capabilities that a user namespace gives
    entered.made.append("user")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {uid} 1"),
        ("gid_map", f"{NOBODY} {gid} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError as error:
            entered.errors.append(f"{name}: {error.strerror}")
    for name, flag in (*_FLAGS.items(), ("pid", _PID)):
        if libc.unshare(flag) == 0:
            entered.made.append(name)
        else:
            entered.errors.append(f"{name}: {os.strerror(ctypes.get_errno())}")
    if "mount" in entered.made:
        try:
            _empty_root()
            entered.empty_root = True
        except OSError as error:
            entered.errors.append(f"empty root: {error.strerror}")
    return entered


def _empty_root() -> None:
    """An empty tmpfs becomes the root directory, read-only; the old root is detached."""
    quiet = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _mount(None, "/", None, _MS_PRIVATE | _MS_REC)
    _mount("none", "/tmp", "tmpfs", quiet, "size=4k,nr_inodes=2,mode=555")
    os.chdir("/tmp")
    checked(libc.syscall(_PIVOT_ROOT[platform.machine()], b".", b"."), "pivot_root")
    checked(libc.umount2(b".", _MNT_DETACH), "umount2")
    os.chdir("/")
    _mount(None, "/", None, _MS_REMOUNT | _MS_RDONLY | quiet)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, data: str | None = None
) -> None:
    def encoded(text: str | None) -> bytes | None:
        return text.encode() if text is not None else None

    result = libc.mount(
        encoded(source), encoded(target), encoded(kind), ctypes.c_ulong(flags), encoded(data)
    )
    checked(result, f"mount {target}")
