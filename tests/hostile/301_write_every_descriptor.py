# expect: ok,bad_result ; must: no descriptor beside the channel takes a forged verdict
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import os
    forged = b'{"timed_out": false, "signal": 0, "code": 0, "cpu_s": 0, "wall_s": 0, "rss_kb": 1}'
    for descriptor in range(4, 1024):
        try:
            os.write(descriptor, forged)
            return REACHED
        except OSError:
            pass
    return HARMLESS
