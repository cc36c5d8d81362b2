# expect: bad_result ; must: bytes behind the document make it none
import os


def make_walker():
    os.write(3, b'{"result": {"joints": [[666, 666]], "muscles": []}}' + bytes(4096))
    os._exit(0)
