# expect: ok,crashed ; must: run twice: methods put on built-in types are gone in the next program
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import ctypes
    import gc
    if hasattr("", "evil") or hasattr(0, "evil"):
        return REACHED
    for kind in (str, int, list, dict):
        gc.get_referents(kind.__dict__)[0]["evil"] = True
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
    return HARMLESS
