from enum import Enum

from walk_creator import walker_creator


class Gait(Enum):
    TROT = (0.0, 0.5, 0.5, 0.0)
    PACE = (0.0, 0.0, 0.5, 0.5)
    BOUND = (0.0, 0.1, 0.5, 0.6)
    GALLOP = (0.0, 0.15, 0.4, 0.55)


CURRENT = Gait.GALLOP


def make_walker():
    wc = walker_creator()
    shoulders = [wc.add_joint(x, 6 + 0.2 * x) for x in (0, 3, 8, 11)]
    keel = wc.add_joint(5.5, 5.5)
    ridge = wc.add_joint(5.5, 9.5)

    wc.add_muscle(keel, ridge)
    for a, b in zip(shoulders, shoulders[1:]):
        wc.add_muscle(a, b)
    for s in shoulders:
        wc.add_muscle(s, keel)
        wc.add_muscle(s, ridge)

    for s, x, lag in zip(shoulders, (-1, 3, 7, 11), CURRENT.value):
        hoof = wc.add_joint(x, 0)
        wc.add_muscle(s, hoof, False, 5, lag)
        wc.add_muscle(keel, hoof, False, 3, lag + 0.2)
    return wc.get_walker()
