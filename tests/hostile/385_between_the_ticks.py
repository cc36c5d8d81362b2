# expect: timeout,cpu_limit ; must: computing in short bursts between sleeps is limited as well
import time


def make_walker():
    while True:
        end = time.perf_counter() + 0.0005
        while time.perf_counter() < end:
            pass
        time.sleep(0.0001)
