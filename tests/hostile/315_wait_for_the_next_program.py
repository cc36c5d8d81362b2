# expect: ok,timeout ; must: the channel brings one program and then ends
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import os
    for _ in range(1000):
        if os.read(3, 65536):
            return REACHED
    return HARMLESS
