# expect: bad_result,error ; must: dates, complex numbers and masks are no coordinates
import numpy as np


def make_walker():
    return {
        "joints": [
            [np.datetime64("2020-01-01"), np.complex128(1)],
            [np.float16("nan"), np.longdouble("1e4000")],
            np.ma.masked_all(2),
        ],
        "muscles": np.array([[0, 1, None]], dtype=object),
    }
