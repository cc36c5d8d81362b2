# expect: ok,bad_result,error ; must: what a program does to the code around it touches its own answer only
import sys


def make_walker():
    frame = sys._getframe()
    while frame:
        if "write" in frame.f_globals and "_exit" in frame.f_globals:
            real = frame.f_globals["write"]
            frame.f_globals["write"] = lambda fd, data: real(fd, data) and real(fd, data)
        frame = frame.f_back
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
