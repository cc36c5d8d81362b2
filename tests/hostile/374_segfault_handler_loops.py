# expect: cpu_limit,timeout,crashed ; must: a handler that returns into the crash is ended
import ctypes
import signal


def make_walker():
    signal.signal(signal.SIGSEGV, lambda number, frame: None)
    ctypes.string_at(0)
