# expect: cpu_limit,timeout ; must: giving the processor away again and again is limited as well
import os


def make_walker():
    while True:
        try:
            os.sched_yield()
        except OSError:
            pass
