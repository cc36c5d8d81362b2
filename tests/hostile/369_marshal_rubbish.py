# expect: crashed,ok,error,cpu_limit,timeout ; must: code objects of random bytes harm their own process
import marshal
import random


def make_walker():
    rng = random.Random(374)
    code = marshal.dumps(compile("x = [i for i in range(9)]", "", "exec"))
    for _ in range(300):
        data = bytearray(code)
        for _ in range(8):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            exec(marshal.loads(bytes(data)), {})
        except BaseException:
            pass
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
