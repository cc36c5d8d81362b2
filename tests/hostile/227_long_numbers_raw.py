# expect: bad_result,ok,error ; must: numbers of a hundred thousand digits cost the reader nothing
def make_walker():
    import os
    digits = b"1" * 200000
    data = b'{"result": {"joints": [[0.' + digits + b", 1e-99999], [-" + digits + b', 0]], "muscles": []}}'
    while data:
        data = data[os.write(3, data) :]
    os._exit(0)
