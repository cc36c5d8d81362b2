# expect: ok ; must: run twice: the collector's callbacks and thresholds are as before
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import gc
    if gc.callbacks or gc.get_threshold() == (6, 6, 6):
        return REACHED
    gc.callbacks.append(print)
    gc.set_threshold(6, 6, 6)
    gc.disable()
    return HARMLESS
