# expect: error,ok ; must: numpy's ctypeslib loads no library and runs nothing
def make_walker():
    import numpy as np
    for name in ("libc.so.6", "libm.so.6"):
        try:
            library = np.ctypeslib.load_library(name, "/lib/x86_64-linux-gnu")
        except Exception:
            continue
        if library.system(b"true") == 0:
            return {"joints": [[666, 666], [1, 1]], "muscles": []}
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
