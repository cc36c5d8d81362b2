# expect: error ; must: an exception that lies about its class, name, text and traceback is reported plainly
class Text(str):
    def __getitem__(self, key):
        raise SystemExit(0)

    def __len__(self):
        return 10**9


class Meta(type):
    @property
    def __name__(cls):
        raise KeyboardInterrupt


class Liar(BaseException, metaclass=Meta):
    @property
    def __class__(self):
        return SyntaxError

    @property
    def __traceback__(self):
        raise MemoryError

    def __str__(self):
        return Text("a" * 10**6)

    lineno = filename = msg = property(lambda self: 1 / 0)


def make_walker():
    raise Liar
