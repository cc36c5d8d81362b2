# expect: error,ok ; must: no compiler is started
def make_walker():
    import numpy.f2py
    status = numpy.f2py.compile("subroutine a\nend subroutine", modulename="a", verbose=False)
    return {"joints": [[666, 666], [1, 1]] if status == 0 else [[0, 0], [1, 1]], "muscles": []}
