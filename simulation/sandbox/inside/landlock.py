"""Landlock: no file access at all, no TCP, no way to processes outside (Linux >= 5.13)."""

import os
import struct

from .kernel import checked, libc, no_new_privileges

_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # the same number on every machine
_VERSION_FLAG = 1
_TCP_BIND_AND_CONNECT, _ABSTRACT_SOCKETS_AND_SIGNALS = 3, 3
NETWORK_ABI, SCOPE_ABI = 4, 6  # first versions that know TCP, and abstract sockets with signals


def supported_abi() -> int:
    """Landlock's version here; 0: none."""
    return max(0, int(libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)))


def deny_all() -> int:
    """Refuse this process everything that Landlock can refuse; return the version used.

    Raises:
        OSError: the kernel has no Landlock, or will not apply it.
    """
    abi = checked(libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG), "landlock version")
    file_rights = {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16)
    network = _TCP_BIND_AND_CONNECT if abi >= NETWORK_ABI else 0
    scopes = _ABSTRACT_SOCKETS_AND_SIGNALS if abi >= SCOPE_ABI else 0
    attributes = struct.pack("QQQ", (1 << file_rights) - 1, network, scopes)
    # An older kernel refuses a longer structure than it knows, and gVisor always wants 8 bytes.
    size = 8 if abi < NETWORK_ABI else 16 if abi < SCOPE_ABI else 24
    ruleset = libc.syscall(_CREATE_RULESET, attributes, size, 0)
    checked(ruleset, "landlock ruleset")
    try:
        no_new_privileges()
        checked(libc.syscall(_RESTRICT_SELF, ruleset, 0), "landlock restrict")
    finally:
        os.close(ruleset)
    return abi
