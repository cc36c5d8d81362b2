# expect: crashed,ok,error,cpu_limit,timeout ; must: reading beyond an array finds no secret
import numpy as np


def make_walker():
    small = np.zeros(8, np.uint8)
    wanted = bytes(reversed(b"a3f7-EULAV-YRANAC"))
    for sign in (1, -1):
        view = np.lib.stride_tricks.as_strided(small, (2**27,), (sign,))
        for start in range(0, 2**27, 2**16):
            if wanted in view[start:start + 2**16].tobytes()[::sign]:
                return {"joints": [[666, 666], [1, 1]], "muscles": []}
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
