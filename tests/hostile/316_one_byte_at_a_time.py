# expect: ok,timeout ; must: an answer in a thousand pieces is read as one
import json
import os


def make_walker():
    for byte in json.dumps({"result": {"joints": [[0, 0], [1, 1]], "muscles": []}}).encode():
        os.write(3, bytes([byte]))
    os._exit(0)
