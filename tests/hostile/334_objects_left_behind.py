# expect: ok,error,cpu_limit ; must: run twice: no object of one program is found in the next
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import gc
    mark = "".join(map(chr, (69, 76, 77, 45, 108, 101, 102, 116)))
    if any(type(thing) is dict and mark in thing for thing in gc.get_objects()):
        return REACHED
    import json
    import math
    for module in (json, math, gc):
        vars(module)[mark] = {mark: [mark] * 100}
    return HARMLESS
