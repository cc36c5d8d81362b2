# expect: error ; must: control characters and halves of surrogate pairs do not reach whoever shows the message
def make_walker():
    print("\x1b[2J\x1b]0;owned\x07\u202e\x00\udcff")
    raise type("Err\x1b[31m\n", (Exception,), {})("\x1b[2J\x00\ud800\u202egnp.exe\x9b31m" * 100)
