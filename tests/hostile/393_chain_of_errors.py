# expect: error,crashed,cpu_limit,timeout ; must: a chain of a hundred thousand exceptions is one error
def make_walker():
    last = None
    for n in range(100_000):
        error = ValueError(n)
        error.__context__ = error.__cause__ = last
        last = error
    for n in range(50_000):
        last = ExceptionGroup("g", [last])
    raise last
