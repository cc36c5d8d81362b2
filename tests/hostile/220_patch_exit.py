# expect: ok,error,bad_result,timeout,cpu_limit,crashed ; must: a program that does not let its process end is ended
def make_walker():
    import os
    import sys
    os._exit = sys.exit = lambda *args: None
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
