"""Huge pages for what every fork shares: a fork then copies a few entries instead of thousands."""

import ctypes

from .kernel import libc

_COLLAPSE = 25  # MADV_COLLAPSE, since Linux 6.1; also where huge pages are left to madvise
_BLOCK_BYTES = 2**21  # x86-64, and aarch64 with pages of 4 KB


def blocks() -> list[int]:
    """Addresses of the aligned blocks of this process's heap; needs /proc, so before there is none.

    The heap is every private and writable piece of memory that is no file's.
    """
    found: list[int] = []
    with open("/proc/self/maps") as file:
        for line in file:
            span, permissions, _, _, _, *name = line.split()
            if permissions == "rw-p" and (not name or name == ["[heap]"]):
                start, end = (int(address, 16) for address in span.split("-"))
                first = -(-start // _BLOCK_BYTES) * _BLOCK_BYTES
                found += range(first, end - _BLOCK_BYTES + 1, _BLOCK_BYTES)
    return found


def gather(addresses: list[int]) -> int:
    """Put each block into one huge page; return for how many that was possible.

    Nothing depends on it but speed: a block without a page in it, an older kernel and one
    without huge pages leave everything as it is.
    """
    madvise = libc.madvise
    madvise.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    return sum(madvise(address, _BLOCK_BYTES, _COLLAPSE) == 0 for address in addresses)
