# expect: timeout,error ; must: waiting for something that never comes is ended
import ctypes


def make_walker():
    while True:
        ctypes.CDLL(None).poll(None, 0, -1)
