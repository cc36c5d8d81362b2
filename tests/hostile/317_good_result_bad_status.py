# expect: bad_result ; must: an exit status that is not zero makes the result none
import os


def make_walker():
    os.write(3, b'{"result": {"joints": [[666, 666], [1, 1]], "muscles": []}}')
    os._exit(77)
