# expect: ok,error,cpu_limit,timeout ; must: objects that rise again when they are deleted hold nothing up
import gc

graves = []


class Undead:
    def __del__(self):
        graves.append(self)
        Undead()


def make_walker():
    for _ in range(100):
        Undead()
    gc.collect()
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
