# expect: timeout,cpu_limit,error ; must: a builder object that never gives its walker is ended
class Builder:
    def __getattr__(self, name):
        while True:
            pass


def make_walker():
    return Builder()
