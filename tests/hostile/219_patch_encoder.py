# expect: ok,error,bad_result ; must: a patched encoder or os module changes only this program's own data
def make_walker():
    import json
    import os

    forged = '{"result": {"joints": [[5, 5], [1, 1]], "muscles": []}, "status": "ok", "cpu_s": -1}'
    json.JSONEncoder.encode = lambda self, value: forged
    json.encoder.c_make_encoder = None
    json.encoder.INFINITY = 1
    os.write, write = (lambda fd, data: write(fd, data[:1])), os.write
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
