# expect: error,cpu_limit,timeout ; must: a forged syntax error is reported without calling into it for ever
class Name(str):
    __hash__ = str.__hash__

    def __eq__(self, other):
        while True:
            pass


def make_walker():
    error = SyntaxError("m", (Name("<program>"), 10**100, "x", b"text"))
    error.msg = Name("y" * 10**6)
    raise error
