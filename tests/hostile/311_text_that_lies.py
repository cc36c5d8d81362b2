# expect: ok,error,bad_result ; must: subclasses of str reach the application as plain text
class Kind(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__

    def __str__(self):
        return "muscle"


def make_walker():
    return {"joints": [[0, 0], [1, 1]], "muscles": [[0, 1, {Kind("type"): Kind("rm -rf")}]]}
