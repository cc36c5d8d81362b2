# expect: ok,error,bad_result ; must: the channel cannot be used as a socket, and no other is made
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import _socket


def make_walker():
    for attempt in (
        lambda: _socket.socketpair(),
        lambda: _socket.socket(fileno=3).getpeername(),
        lambda: _socket.socket(fileno=3).getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12),
        lambda: _socket.socket(1, 1, 0, 3).recvmsg(10, 10),
        lambda: _socket.socket(1, 1, 0, 3).shutdown(2),
        lambda: _socket.getaddrinfo("localhost", 80),
        lambda: _socket.gethostbyname("localhost"),
        lambda: _socket.if_nameindex()[0],
        lambda: _socket.CMSG_LEN(0) and _socket.socket(),
    ):
        try:
            attempt()
            return REACHED
        except (OSError, IndexError):
            pass
    return HARMLESS
