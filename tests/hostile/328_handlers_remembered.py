# expect: ok ; must: run twice: signal handlers and masks of one program are not the next one's
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import signal
    if signal.getsignal(signal.SIGUSR1) is not signal.SIG_DFL:
        return REACHED
    if signal.pthread_sigmask(signal.SIG_BLOCK, ()):
        return REACHED
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR2})
    return HARMLESS
