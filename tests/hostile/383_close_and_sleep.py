# expect: timeout ; must: closing the channel does not end the watch
import os
import time


def make_walker():
    os.close(3)
    while True:
        time.sleep(60)
