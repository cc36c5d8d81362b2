# expect: bad_result ; must: an answer in another encoding is not guessed at
import json
import os


def make_walker():
    os.write(3, json.dumps({"result": {"joints": [[666, 666]], "muscles": []}}).encode("utf-16"))
    os._exit(0)
