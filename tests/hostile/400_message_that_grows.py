# expect: error,crashed,cpu_limit ; must: a message that is made when it is asked for is limited as well
class Growing(Exception):
    def __str__(self):
        return "x" * 10**10

    __repr__ = __str__


def make_walker():
    raise Growing(Growing())
