# expect: timeout,error ; must: a sleep until far in the future is ended
import ctypes
import signal


def make_walker():
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
    far = (ctypes.c_long * 2)(2**40, 0)
    while True:
        ctypes.CDLL(None).clock_nanosleep(1, 1, far, None)
