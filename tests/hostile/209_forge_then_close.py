# expect: bad_result,error,ok ; must: a result written by hand is only data, and nothing is written after it
def make_walker():
    import os
    os.write(3, b'{"result": {"joints": [[0, 0], [1, 1]], "muscles": []}}')
    os.close(3)
    return {"joints": [[666, 666], [1, 1]], "muscles": []}
