# expect: error,crashed,ok,timeout,cpu_limit ; must: pages are counted whether they are touched or not, also at a second attempt
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import mmap


def make_walker():
    for _ in range(3):
        held = []
        try:
            while True:
                area = mmap.mmap(-1, 2**24)
                for offset in range(0, 2**24, 4096):
                    area[offset] = 1
                held.append(area)
        except (OSError, MemoryError):
            if len(held) > 24:
                return REACHED
            held.clear()
    return HARMLESS
