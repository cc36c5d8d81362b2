# expect: error,cpu_limit,crashed,bad_result ; must: get_walker is asked once
class Walker:
    def get_walker(self):
        return Walker()

    def tolist(self):
        return Walker()


def make_walker():
    return Walker()
