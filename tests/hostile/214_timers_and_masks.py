# expect: timeout,cpu_limit,error ; must: blocked signals and timers of one's own do not stop the clock
def make_walker():
    import signal
    for what in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
        try:
            signal.setitimer(what, 0)
        except OSError:
            pass
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.Signals)
    while True:
        pass
