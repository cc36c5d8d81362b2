from walk_creator import walker_creator


class Segment:
    def __init__(self, creator, x, lift):
        self.back = creator.add_joint(x, 3)
        self.foot = creator.add_joint(x, lift)
        creator.add_muscle(self.back, self.foot)

    def hold(self, creator, other, beat):
        creator.add_muscle(self.back, other.back)
        creator.add_muscle(self.back, other.foot, False, 2.5, beat)


def make_walker():
    creator = walker_creator()
    segments = [Segment(creator, 2.2 * k, 0.3 * (k % 2)) for k in range(6)]
    for k, segment in enumerate(segments[1:]):
        segment.hold(creator, segments[k], 0.3 * k)
    return creator.get_walker()
