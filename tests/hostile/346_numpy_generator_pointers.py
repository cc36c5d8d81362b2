# expect: crashed,ok,error ; must: calling numpy's C functions on a made-up state harms its own process
import numpy as np


def make_walker():
    interface = np.random.default_rng(1).bit_generator.ctypes
    return {"joints": [[interface.next_double(8), 0], [1, 1]], "muscles": []}
