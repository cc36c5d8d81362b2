# expect: ok,error,bad_result ; must: numbers that show themselves as others arrive as what they are, or not at all
class Index(int):
    def __repr__(self):
        return "99"

    __str__ = __format__ = __repr__

    def __index__(self):
        return 99


class Number(float):
    def __repr__(self):
        return "666"

    __str__ = __repr__

    def __float__(self):
        return float("nan")


def make_walker():
    muscle = [Index(0), Index(1), {"type": "muscle", "amplitude": Number(1), "phase": Number(0)}]
    return {"joints": [[Number(0), 0], [1, 1]], "muscles": [muscle]}
