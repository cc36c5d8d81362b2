# expect: ok,error ; must: what shows the source of a traceback reads no file
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import inspect
import linecache
import traceback
import warnings


def make_walker():
    shown = [*linecache.getlines("/etc/passwd")]
    try:
        exec(compile("raise ValueError", "/etc/passwd", "exec"))
    except ValueError as error:
        shown += traceback.format_exception(error)
        try:
            shown += inspect.getinnerframes(error.__traceback__, 5)[-1].code_context or []
        except (OSError, TypeError):
            pass
    shown.append(warnings.formatwarning("m", Warning, "/etc/passwd", 1))
    if "root:" in "".join(shown):
        return REACHED
    return HARMLESS
