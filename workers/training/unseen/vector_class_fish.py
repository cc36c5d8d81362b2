import math

from walk_creator import walker_creator


class Vec:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)

    def __mul__(self, factor):
        return Vec(self.x * factor, self.y * factor)

    def rotated(self, degrees):
        r = math.radians(degrees)
        c, s = math.cos(r), math.sin(r)
        return Vec(c * self.x - s * self.y, s * self.x + c * self.y)


def make_walker():
    wc = walker_creator()
    axis = Vec(3, 0).rotated(8)
    up = Vec(0, 1)
    start = Vec(2, 2.5)
    belly, back = [], []
    for i, fat in enumerate([1.0, 2.2, 2.5, 1.8]):
        mid = start + axis * i
        low, high = mid + up * -fat, mid + up * fat
        belly.append(wc.add_joint(low.x, low.y))
        back.append(wc.add_joint(high.x, high.y))
    tail = wc.add_joint(-1, 3)
    for i in range(4):
        wc.add_muscle(belly[i], back[i])
        if i < 3:
            wc.add_muscle(belly[i], belly[i + 1], False, 7, 0.3 * i)
            wc.add_muscle(back[i], back[i + 1], False, 7, 0.3 * i + 0.5)
            wc.add_muscle(belly[i], back[i + 1])
    wc.add_muscle(tail, belly[0], False, 9, 0.2)
    wc.add_muscle(tail, back[0], False, 9, 0.7)
    return wc.get_walker()
