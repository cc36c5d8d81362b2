# expect: ok,error,crashed,timeout,cpu_limit,bad_result ; must: numpy's inner functions with odd arguments harm their own process
import numpy._core._multiarray_umath as inner


def make_walker():
    odd = ((), (None,), (0,), (-1,), ("x",), ([],), (2**62,), (b"\0" * 9, 1), (object(),) * 3)
    for name in sorted(dir(inner)):
        function = getattr(inner, name)
        if callable(function):
            for arguments in odd:
                try:
                    function(*arguments)
                except Exception:
                    pass
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
