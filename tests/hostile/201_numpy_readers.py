# expect: ok,error ; must: none of numpy's readers opens a file
def make_walker():
    import numpy as np
    readers = (
        lambda p: np.fromfile(p, dtype=np.uint8),
        lambda p: np.memmap(p, mode="r"),
        lambda p: np.load(p, allow_pickle=True),
        lambda p: np.loadtxt(p, dtype=str, delimiter="\n"),
        lambda p: np.genfromtxt(p, dtype=str, delimiter="\n"),
        lambda p: np.fromregex(p, "(.*)", [("a", "U20")]),
    )
    for read in readers:
        for path in ("/etc/passwd", "/tmp/elm_canary/tamper.txt"):
            try:
                if len(read(path)):
                    return {"joints": [[666, 666], [1, 1]], "muscles": []}
            except Exception:
                pass
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
