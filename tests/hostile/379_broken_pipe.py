# expect: crashed,output_too_large,bad_result,error,timeout,cpu_limit ; must: a program that dies of its closed channel dies alone
import os
import signal


def make_walker():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    while True:
        os.write(3, b"x" * 65536)
