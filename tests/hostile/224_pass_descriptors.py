# expect: error,ok,bad_result ; must: no descriptor goes out over the channel, and none comes in
def make_walker():
    import array
    import socket
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=3)
    done = 0
    for act in (
        lambda: channel.sendmsg([b" "], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))]),
        lambda: channel.recvmsg(10, 100),
        lambda: channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**30),
        lambda: channel.getpeername(),
        lambda: channel.dup(),
    ):
        try:
            act()
            done += 1
        except OSError:
            pass
    channel.detach()
    return {"joints": [[666, 666], [1, 1]] if done else [[0, 0], [1, 1]], "muscles": []}
