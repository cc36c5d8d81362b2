# expect: bad_result,error ; must: without its channel a program has no result
def make_walker():
    import os
    os.close(3)
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
