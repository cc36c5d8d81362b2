# expect: ok,bad_result,output_too_large ; must: blanks count as bytes of the answer
import os


def make_walker():
    data = b" " * (600 * 1024) + b'{"result": {"joints": [[666, 666]], "muscles": []}}'
    while data:
        data = data[os.write(3, data):]
    os._exit(0)
