# expect: ok,error,bad_result ; must: no socket of the zygote can be found and used to forge a verdict
def make_walker():
    import gc
    import socket
    import sys

    forged = b'{"timed_out": false, "signal": 0, "code": 0, "cpu_s": 0, "wall_s": 0, "rss_kb": 666}'
    things = list(gc.get_objects())
    frame = sys._getframe()
    while frame:
        things += list(frame.f_locals.values()) + list(frame.f_globals.values())
        frame = frame.f_back
    sent = 0
    for thing in things:
        if type(thing).__name__ in ("socket", "SocketType"):
            try:
                if thing.fileno() != 3:
                    thing.send(forged)
                    sent += 1
            except OSError:
                pass
    return {"joints": [[666, 666], [1, 1]] if sent else [[0, 0], [1, 1]], "muscles": []}
