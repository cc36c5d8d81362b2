# expect: ok,error,crashed ; must: modules built into the interpreter reach no file, thread or account
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import _thread
import _tracemalloc
import faulthandler
import pwd


def make_walker():
    reached = []
    for attempt in (
        lambda: pwd.getpwall()[0],
        lambda: pwd.getpwnam("root"),
        lambda: _thread.start_new_thread(reached.append, (1,)),
        lambda: faulthandler.dump_traceback_later(0.01, file=3) or reached.append(1),
    ):
        try:
            reached.append(attempt())
        except Exception:
            pass
    _tracemalloc.start(100)
    return REACHED if [one for one in reached if one is not None] else HARMLESS
