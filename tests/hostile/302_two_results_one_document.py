# expect: ok,bad_result ; must: a key that comes twice gives one checked result
import os


def make_walker():
    os.write(3, b'{"result": {"joints": [["x", {}]], "muscles": 7},'
                b' "result": {"joints": [[0, 0], [1, 1]], "muscles": []}}')
    os._exit(0)
