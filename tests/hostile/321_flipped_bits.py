# expect: bad_result,error,ok ; must: an answer with flipped bits is checked like any other
import json
import os
import time


def make_walker():
    data = bytearray(json.dumps({"result": {"joints": [[1.5, 2.5]] * 40, "muscles": []}}).encode())
    bits = time.monotonic_ns()
    for _ in range(3):
        bits, place = divmod(bits, len(data) * 8)
        data[place // 8] ^= 1 << place % 8
        bits = bits * 48271 + 11
    os.write(3, data)
    os._exit(0)
