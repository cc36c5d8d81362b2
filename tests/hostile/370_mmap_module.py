# expect: ok,error ; must: no mapping is executable, endless or of a descriptor
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import mmap


def make_walker():
    for attempt in (
        lambda: mmap.mmap(-1, 4096, prot=7),
        lambda: mmap.mmap(-1, 2**40),
        lambda: mmap.mmap(-1, 2**30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000),
        lambda: mmap.mmap(3, 4096),
        lambda: mmap.mmap(0, 4096, flags=mmap.MAP_PRIVATE),
        lambda: mmap.mmap(-1, 2**22, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | 0x40000),
    ):
        try:
            attempt()
            return REACHED
        except (OSError, ValueError, OverflowError, MemoryError):
            pass
    return HARMLESS
