# expect: bad_result ; must: a document that is nearly JSON is none
import os


def make_walker():
    os.write(3, b"{'result': {'joints': [[666, 666],], 'muscles': [],}} // verdict: ok")
    os._exit(0)
