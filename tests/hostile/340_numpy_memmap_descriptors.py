# expect: ok,error,bad_result ; must: numpy maps none of the descriptors that there are
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import io

import numpy as np


def make_walker():
    for descriptor in range(4):
        for mode in ("r", "r+", "c"):
            try:
                with io.FileIO(descriptor, "rb+", closefd=False) as file:
                    np.memmap(file, mode=mode, shape=16)
                return REACHED
            except (OSError, ValueError):
                pass
    return HARMLESS
