# expect: bad_result ; must: an exit code means nothing, also with a good result beside it
def make_walker():
    import os
    os.write(3, b'{"result": {"joints": [[0, 0], [1, 1]], "muscles": []}}')
    os._exit(113)
