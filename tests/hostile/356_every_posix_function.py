# expect: ok,error,bad_result,crashed,timeout,cpu_limit,forbidden_syscall ; must: no function of posix, with plausible arguments, does anything outside
import posix

LEFT_OUT = {"_exit", "abort", "close", "closerange", "dup2", "read", "readv", "cpu_count"}
ARGUMENTS = (
    (), (0,), (1,), (3,), (1, 9), ("/tmp/elm_hostile_posix",), ("/tmp/elm_hostile_posix", 0o666),
    ("/tmp/elm_canary/tamper.txt",), ("/tmp/elm_canary/tamper.txt", 0o777),
    ("/tmp/elm_canary/tamper.txt", "/tmp/elm_hostile_posix"), ("/tmp/elm_canary/tamper.txt", 1, 1),
    ("/bin/true", ["true"]), ("/bin/true", ["true"], {}), ("true > /tmp/elm_hostile_posix",),
    (0, 0, 4096), (3, b"x"),
)


def make_walker():
    for name in sorted(dir(posix)):
        function = getattr(posix, name)
        if callable(function) and not isinstance(function, type) and name not in LEFT_OUT:
            for arguments in ARGUMENTS:
                try:
                    function(*arguments)
                except Exception:
                    pass
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
