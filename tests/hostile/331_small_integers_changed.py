# expect: ok,crashed,error ; must: run twice: what is written over the interpreter's own objects is gone in the next program
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import ctypes
    if int("201") + 0 != 100 + 101:
        return REACHED
    number = ctypes.cast(id(201), ctypes.POINTER(ctypes.c_uint32))
    place = 6 if number[6] == 201 else 4  # ob_digit
    number[place] = 202
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
