# expect: ok,error ; must: no handler of logging opens a file or a socket
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import logging
    record = logging.makeLogRecord({"msg": "evil", "levelno": 50})
    handlers = [
        lambda: logging.FileHandler("/tmp/elm_hostile_log", delay=True),
        lambda: __import__("logging.handlers").handlers.SocketHandler("127.0.0.1", 16379),
        lambda: __import__("logging.handlers").handlers.SysLogHandler(("127.0.0.1", 16379)),
    ]
    for make in handlers:
        try:
            make().emit(record)
        except (ImportError, OSError):
            pass
    return HARMLESS
