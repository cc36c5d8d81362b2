# expect: ok ; must: the command line that started the sandbox is not told
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import sys
    told = (*sys.argv, *getattr(sys, "orig_argv", ()), sys.executable, *sys.path)
    if any("owner" in text or "/" in text for text in told):
        return REACHED
    return HARMLESS
