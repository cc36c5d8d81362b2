# expect: ok,error ; must: run twice: codecs and error handlers of one program are unknown to the next
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import codecs
    try:
        codecs.lookup_error("evil")
        return REACHED
    except LookupError:
        pass
    codecs.register_error("evil", lambda error: ("", error.end))
    codecs.register(lambda name: None)
    return HARMLESS
