# expect: error,timeout,cpu_limit,crashed ; must: a dict whose items never end is not walked for ever
class Endless(dict):
    def items(self):
        n = 0
        while True:
            n += 1
            yield str(n), n


def make_walker():
    return Endless(joints=[[0, 0]], muscles=[])
