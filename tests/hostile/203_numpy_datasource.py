# expect: error,ok ; must: numpy's DataSource opens neither files nor addresses
def make_walker():
    import numpy as np
    source = np.lib.npyio.DataSource("/tmp")
    for what in ("/etc/passwd", "http://127.0.0.1:16379/"):
        try:
            source.open(what).read()
            return {"joints": [[666, 666], [1, 1]], "muscles": []}
        except Exception:
            pass
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
