# expect: bad_result,error ; must: random bytes on the channel are refused
import os
import random


def make_walker():
    rng = random.Random(420)
    os.write(3, rng.randbytes(rng.randrange(1, 100000)))
    os._exit(0)
