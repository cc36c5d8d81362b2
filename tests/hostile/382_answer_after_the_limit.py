# expect: cpu_limit ; must: catching the signal of the limit buys no more time
import signal
import time


def make_walker():
    signal.signal(signal.SIGXCPU, lambda number, frame: None)
    while time.process_time() < 1.3:
        pass
    return {"joints": [[666, 666], [1, 1]], "muscles": []}
