# expect: ok,error,forbidden_syscall ; must: no filter is added, no limit raised, no uid changed, no trace allowed
import ctypes


def make_walker():
    call = ctypes.CDLL(None, use_errno=True).syscall
    unlimited = (ctypes.c_ulong * 2)(2**64 - 1, 2**64 - 1)
    attempts = (
        (157, 4, 1, 0, 0, 0),  # prctl: dumpable
        (157, 1, 0, 0, 0, 0),  # prctl: no signal when the parent dies
        (157, 23, 0, 0, 0, 0),  # prctl: capabilities
        (302, 0, 9, ctypes.byref(unlimited), None),  # prlimit64: address space
        (160, 9, ctypes.byref(unlimited)),  # setrlimit
        (105, 0),  # setuid
        (126, None, None),  # capset
        (317, 1, 0, None),  # seccomp
        (446, 3, 0),  # landlock_restrict_self
        (112,),  # setsid
        (141, 0, 0, -20),  # setpriority
        (203, 0, 8, ctypes.byref(unlimited)),  # sched_setaffinity
        (251, 1, 0, 0),  # ioprio_set
    )
    for attempt in attempts:
        if call(*attempt) >= 0:
            return {"joints": [[666, 666], [1, 1]], "muscles": []}
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
