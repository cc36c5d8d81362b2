# expect: crashed ; must: a crash after a good result is a crash
import ctypes
import os


def make_walker():
    os.write(3, b'{"result": {"joints": [[666, 666], [1, 1]], "muscles": []}}')
    ctypes.string_at(0)
