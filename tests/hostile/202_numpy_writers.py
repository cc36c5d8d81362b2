# expect: ok,error ; must: none of numpy's writers makes a file
def make_walker():
    import numpy as np
    a, path = np.arange(4), "/tmp/elm_hostile_written"
    writers = (
        lambda: a.tofile(path),
        lambda: np.save(path, a),
        lambda: np.savez(path, a),
        lambda: np.savetxt(path, a),
        lambda: np.memmap(path, mode="w+", shape=4),
        lambda: a.dump(path),
    )
    done = 0
    for write in writers:
        try:
            write()
            done += 1
        except Exception:
            pass
    return {"joints": [[666, 666], [1, 1]] if done else [[0, 0], [1, 1]], "muscles": []}
