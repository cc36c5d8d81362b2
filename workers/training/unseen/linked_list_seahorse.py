from walk_creator import walker_creator


class Vertebra:
    def __init__(self, front, back, following=None):
        self.front = front
        self.back = back
        self.following = following


def make_spine(wc):
    first = None
    for x, y, fat in ((2, 10, 1), (3.5, 8, 2), (3, 5.5, 2.5), (2, 3, 1.5), (3, 0.5, 1.2)):
        first = Vertebra(wc.add_joint(x + fat, y), wc.add_joint(x - fat, y), first)
    return first


def make_walker():
    wc = walker_creator()
    lowest = bone = make_spine(wc)
    lag = 0.0
    while bone is not None:
        wc.add_muscle(bone.front, bone.back)
        above = bone.following
        if above is not None:
            wc.add_muscle(bone.front, above.front, False, 6, lag)
            wc.add_muscle(bone.back, above.back, False, 6, lag + 0.5)
            wc.add_muscle(bone.front, above.back)
        bone = above
        lag += 0.15
    prop = wc.add_joint(7, 0)
    wc.add_muscle(prop, lowest.following.front, False, 5, 0.3)
    wc.add_muscle(prop, lowest.front, False, 5, 0.6)
    return wc.get_walker()
