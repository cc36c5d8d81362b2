# expect: timeout ; must: a result that arrives byte by byte does not stretch the time limit
def make_walker():
    import os
    import time
    while True:
        os.write(3, b" ")
        time.sleep(0.02)
