# expect: ok,error ; must: one huge line of output is cut
def make_walker():
    import sys
    sys.stdout.write("y" * (50 * 2**20))
    sys.stderr.write("\x1b]0;title\x07\x00" * 10000)
    print("z" * 2**20, flush=True)
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
