# expect: ok ; must: run twice: a clock that one program replaced is right in the next
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import time
    if time.monotonic() == 666 or time.time() == 666:
        return REACHED
    time.monotonic = time.time = time.perf_counter = lambda: 666
    return HARMLESS
