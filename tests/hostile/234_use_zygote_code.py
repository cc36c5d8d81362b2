# expect: ok,error,forbidden_syscall,bad_result,crashed ; must: the sandbox's own functions have no more power here than the program
import sys


def make_walker():
    reached = {}
    frame = sys._getframe()
    while frame:
        reached.update(frame.f_globals)
        reached.update(frame.f_locals)
        frame = frame.f_back
    escaped = 0
    for name in ("die_with_parent", "become_nobody", "drop_capabilities"):
        if callable(reached.get(name)):
            reached[name]()
    jail = reached.get("jail")
    for act in (
        lambda: jail._filter.load(),
        lambda: reached["limits"].resource.setrlimit(9, (-1, -1)),
        lambda: reached["child"].main(3, reached["job"], jail, {}),
    ):
        try:
            act()
            escaped += 1
        except (OSError, ValueError, KeyError, AttributeError):
            pass
    return {"joints": [[666, 666], [1, 1]] if escaped else [[0, 0], [1, 1]], "muscles": []}
