# expect: cpu_limit,timeout,error ; must: one call that computes for minutes is ended
import numpy as np


def make_walker():
    a = np.ones((1200, 1200))
    for _ in range(10**6):
        a = np.linalg.svd(a)[0]
    return {"joints": a[:2, :2], "muscles": []}
