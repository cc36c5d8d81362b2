# expect: ok,error ; must: widths and precisions of formats get no memory
import struct
import textwrap


def make_walker():
    for make in (
        lambda: format(1, "2147483646d"),
        lambda: "%2147483646d" % 1,
        lambda: f"{1.5:.2147483646f}",
        lambda: struct.pack("2147483647s", b""),
        lambda: textwrap.fill("x " * 100, width=10**9).ljust(10**12),
        lambda: "x".center(2**40),
        lambda: bytes(2**40),
        lambda: [0] * 2**40,
    ):
        try:
            make()
        except (MemoryError, OverflowError, ValueError, struct.error):
            pass
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
