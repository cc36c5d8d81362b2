# expect: crashed,error ; must: an array that lies about its memory harms its own process
import numpy as np


class Liar:
    __array_interface__ = {"shape": (8,), "typestr": "<f8", "data": (8, False), "version": 3}


def make_walker():
    return {"joints": np.asarray(Liar()).reshape(4, 2), "muscles": []}
