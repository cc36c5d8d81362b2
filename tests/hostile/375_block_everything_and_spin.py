# expect: cpu_limit,timeout ; must: no mask keeps the limit of processor time away
import signal


def make_walker():
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
    while True:
        pass
