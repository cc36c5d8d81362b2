# expect: error,crashed,ok ; must: a program that fills every last byte ends with a plain word
import mmap

held = []


def make_walker():
    size = 2**26
    while size >= 4096:
        try:
            held.append(mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
        except (OSError, MemoryError):
            size //= 2
    raise ValueError("full")
