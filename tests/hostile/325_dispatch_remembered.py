# expect: ok ; must: run twice: tables of copyreg, abc and singledispatch are as before
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import copyreg
    import numbers
    if complex in copyreg.dispatch_table and copyreg.dispatch_table[complex] is repr:
        return REACHED
    if issubclass(str, numbers.Number):
        return REACHED
    copyreg.dispatch_table[complex] = repr
    numbers.Number.register(str)
    return HARMLESS
