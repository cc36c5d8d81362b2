# expect: error ; must: an answer that names an error has no result
import os


def make_walker():
    os.write(3, b'{"result": {"joints": [[666, 666], [1, 1]], "muscles": []}, "error": ""}')
    os._exit(0)
