# expect: ok ; must: run twice: decimal's and numpy's settings of one program are not the next one's
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import decimal

    import numpy as np
    if decimal.getcontext().prec == 666 or np.get_printoptions()["precision"] == 66:
        return REACHED
    if np.geterr()["over"] == "raise" or np.geterrcall() is not None:
        return REACHED
    decimal.getcontext().prec = decimal.DefaultContext.prec = 666
    np.set_printoptions(precision=66)
    np.seterr(all="raise")
    np.seterrcall(print)
    return HARMLESS
