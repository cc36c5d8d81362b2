# expect: ok ; must: run twice: exit hooks of one program do not wait in the next
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import atexit
    if atexit._ncallbacks() > 50:
        return REACHED
    for _ in range(100):
        atexit.register(print, "evil")
    return HARMLESS
