# expect: ok,error ; must: run twice: the descriptors that programs share hold no state
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import os
    for descriptor in (0, 1, 2):
        if os.lseek(descriptor, 0, os.SEEK_CUR):
            return REACHED
    for descriptor in (0, 1, 2):
        os.write(descriptor, b"x" * 4096)
        os.lseek(descriptor, 4096, os.SEEK_SET)
    return HARMLESS
