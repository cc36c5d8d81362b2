# expect: error,crashed,cpu_limit ; must: running out of memory while the result is read is an error
class Joints:
    def tolist(self):
        return [[0.0, 0.0]] * 10**9


def make_walker():
    return {"joints": Joints(), "muscles": []}
