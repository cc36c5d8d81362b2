# expect: error,cpu_limit,crashed,bad_result ; must: a value that turns into itself is given up
class Endless:
    def tolist(self):
        return [self]


def make_walker():
    return {"joints": Endless(), "muscles": []}
