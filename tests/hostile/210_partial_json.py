# expect: bad_result ; must: half a document is no result
def make_walker():
    import os
    os.write(3, b'{"result": {"joints": [[0, 0], [1, 1]], "muscl')
    os._exit(0)
