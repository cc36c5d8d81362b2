# expect: ok,error ; must: no timer is set
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import ctypes
import signal


def make_walker():
    libc = ctypes.CDLL(None)
    fired = []
    signal.signal(signal.SIGALRM, lambda number, frame: fired.append(1))
    for attempt in (lambda: signal.alarm(1), lambda: signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)):
        try:
            attempt()
        except OSError:
            pass
    place = ctypes.c_void_p()
    if libc.timer_create(1, None, ctypes.byref(place)) == 0 or libc.timerfd_create(1, 0) >= 0:
        return REACHED
    for _ in range(10**6):
        if fired:
            return REACHED
    return HARMLESS
