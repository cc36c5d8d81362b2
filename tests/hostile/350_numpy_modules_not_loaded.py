# expect: ok,error ; must: parts of numpy that start compilers and processes are not there
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import importlib
    for name in ("numpy.testing", "numpy.distutils", "numpy.f2py", "numpy._pyinstaller"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        try:
            module.runstring("open('/tmp/elm_hostile_numpy', 'w')", {})
            return REACHED
        except Exception:
            pass
    return HARMLESS
