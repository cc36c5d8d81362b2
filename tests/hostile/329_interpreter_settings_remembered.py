# expect: ok ; must: run twice: the interpreter's settings are as before
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import sys
    import threading
    if sys.getrecursionlimit() == 6666 or sys.get_int_max_str_digits() == 0:
        return REACHED
    if sys.path or sys.getswitchinterval() > 1 or hasattr(sys, "evil"):
        return REACHED
    sys.setrecursionlimit(6666)
    sys.set_int_max_str_digits(0)
    sys.setswitchinterval(60)
    sys.path.append("/tmp")
    sys.evil = True
    sys.excepthook = sys.unraisablehook = sys.displayhook = threading.excepthook = print
    return HARMLESS
