import math
from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()
    rail = []
    for i in range(5):
        rail.append(wc.add_joint(3 * i, 7))
        if i:
            wc.add_muscle(rail[i - 1], rail[i])
    keel = wc.add_joint(6, 10)
    for joint in rail:
        wc.add_muscle(joint, keel)
    weights = []
    for i in range(0, len(rail), 2):
        swing = math.sin(i)
        weights.append(wc.add_joint(3 * i + swing, 0.5))
        wc.add_muscle(rail[i], weights[-1], amplitude=1.5, phase=i / 5, is_distance=False)
        wc.add_muscle(keel, weights[-1], amplitude=2.5, phase=0.3 + i / 5, is_distance=False)
    return wc.get_walker()
