# expect: ok,error,crashed,cpu_limit ; must: types of monstrous size get no memory
import numpy as np


def make_walker():
    for make in (
        lambda: np.empty(1, np.dtype("V2147483647")),
        lambda: np.dtype([(f"f{n}", "i8", (1000, 1000, 1000)) for n in range(1000)]),
        lambda: np.zeros((2**20,) * 3, np.int8),
        lambda: np.broadcast_to(1, (2**31, 2**31)).copy(),
        lambda: np.ones(2).repeat(2**40),
        lambda: np.char.multiply("x" * 1000, 10**9),
    ):
        try:
            make()
        except (MemoryError, ValueError, OverflowError, TypeError):
            pass
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
