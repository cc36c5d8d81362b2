# expect: ok,error,crashed,cpu_limit ; must: an error callback that makes errors ends with its program
import numpy as np


def make_walker():
    def again(kind, flag):
        np.array([1e308]) * 10

    np.seterrcall(again)
    np.seterr(all="call")
    np.array([1e308]) * 10
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
