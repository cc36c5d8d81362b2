# expect: ok,error,bad_result,crashed ; must: audit hooks and tracing see nothing of value and stop nothing
import sys
import threading


def make_walker():
    def hook(event, args):
        if "CANARY-VALUE" + "-7f3a" in repr(args):
            sys.stdout.write("666")
        if event.startswith(("os.", "gc.")):
            raise RuntimeError(event)

    sys.addaudithook(hook)
    sys.setprofile(lambda *args: None)
    threading.settrace(lambda *args: None)
    sys.excepthook = sys.unraisablehook = None
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
