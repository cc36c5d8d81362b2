# expect: ok ; must: run twice: random numbers begin where the seed says
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import random

    import numpy as np
    if np.random.get_state()[1][0] == 666 or getattr(random._inst, "evil", False):
        return REACHED
    np.random.seed(666)
    random.seed(666)
    random._inst.evil = True
    return HARMLESS
