# expect: ok,error,cpu_limit,crashed ; must: errors of memory and of depth in a row leave a program that can still answer
def deeper():
    return deeper()


def make_walker():
    for _ in range(20):
        for attempt in (deeper, lambda: bytearray(2**31), lambda: [0] * 2**33, lambda: "x" * 2**33):
            try:
                attempt()
            except (MemoryError, RecursionError):
                pass
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
