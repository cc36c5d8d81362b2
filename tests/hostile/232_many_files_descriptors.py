# expect: ok,error ; must: no descriptor is multiplied, and 0, 1 and 2 lead nowhere
def make_walker():
    import os
    count = 0
    for act in (lambda: os.dup(3), lambda: os.dup2(3, 1), lambda: os.eventfd(0), lambda: os.pipe()):
        try:
            act()
            count += 1
        except OSError:
            pass
    for fd in (0, 1, 2):
        count += bool(os.read(fd, 100))
    return {"joints": [[666, 666], [1, 1]] if count else [[0, 0], [1, 1]], "muscles": []}
