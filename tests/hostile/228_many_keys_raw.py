# expect: ok,bad_result ; must: keys that nobody asked for are dropped
def make_walker():
    import os
    extra = ", ".join(f'"k{n}": [{{"<script>": "666"}}]' for n in range(9000))
    data = '{"result": {"joints": [[0, 0], [1, 1]], "muscles": [], %s}, "status": "ok", "fitness": 666}' % extra
    data = data.encode()
    while data:
        data = data[os.write(3, data) :]
    os._exit(0)
