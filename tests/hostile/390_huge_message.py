# expect: error ; must: a message of a hundred megabytes arrives as five hundred characters
def make_walker():
    raise MemoryError("x" * (100 * 2**20))
