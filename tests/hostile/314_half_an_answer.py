# expect: bad_result ; must: an answer that was broken off is none, whatever the exit status
import os


def make_walker():
    os.write(3, b'{"result": {"joints": [[666, 666], [1, 1]], "muscles": []')
    os._exit(0)
