# expect: ok ; must: run twice: loggers, filters and warnings of one program are not the next one's
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


def make_walker():
    import logging
    import warnings
    if logging.getLogger().handlers or warnings.filters[:1] == ["evil"]:
        return REACHED
    if "evil" in logging.Logger.manager.loggerDict:
        return REACHED
    logging.getLogger("evil").setLevel(1)
    logging.getLogger().addHandler(logging.NullHandler())
    warnings.filters.insert(0, "evil")
    return HARMLESS
