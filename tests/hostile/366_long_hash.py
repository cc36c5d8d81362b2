# expect: cpu_limit,timeout,error ; must: one call of hashlib that takes hours is ended
import _hashlib


def make_walker():
    _hashlib.pbkdf2_hmac("sha512", b"x", b"y", 2**31 - 1)
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
