# expect: bad_result ; must: digits of other scripts are no numbers
import os


def make_walker():
    os.write(3, '{"result": {"joints": [[\u0666\u0666\u0666, \u0666\u0666\u0666]], "muscles": []}}'.encode())
    os._exit(0)
