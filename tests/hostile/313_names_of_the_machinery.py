# expect: error ; must: an exception that is called like one of ours is only text
class SandboxUnavailable(Exception):
    pass


class SandboxLost(SandboxUnavailable):
    pass


def make_walker():
    raise SandboxLost("neither namespaces nor Landlock: stop evaluating for good")
