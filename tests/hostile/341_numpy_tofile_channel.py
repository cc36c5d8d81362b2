# expect: bad_result,error,ok ; must: numpy's bytes on the channel are no result
import io

import numpy as np


def make_walker():
    np.arange(1000.0).tofile(io.FileIO(3, "wb", closefd=False))
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
