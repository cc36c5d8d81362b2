# expect: ok,error ; must: run twice: the locale is as before
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import _locale
    if _locale.setlocale(_locale.LC_ALL, None) == "POSIX-EVIL":
        return REACHED
    before = _locale.setlocale(_locale.LC_NUMERIC, None)
    for name in ("C", "POSIX", "de_DE.UTF-8", "/tmp/elm_canary"):
        try:
            _locale.setlocale(_locale.LC_ALL, name)
        except _locale.Error:
            pass
    return HARMLESS if before in ("C", "C.UTF-8") else REACHED
