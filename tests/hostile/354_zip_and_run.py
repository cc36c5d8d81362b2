# expect: ok,error ; must: frozen modules that import or run files find none
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    for attempt in (
        lambda: __import__("zipimport").zipimporter("/tmp/elm_canary/tamper.txt"),
        lambda: __import__("runpy").run_path("/tmp/elm_canary/appsettings.py")["SECRET"],
        lambda: __import__("site").addsitedir("/tmp/elm_canary")["x"],
    ):
        try:
            attempt()
            return REACHED
        except Exception:
            pass
    return HARMLESS
