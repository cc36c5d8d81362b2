import itertools

from walk_creator import walker_creator


def distance2(p, q):
    return (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2


def make_walker():
    wc = walker_creator()
    places = [p for p in itertools.product(range(0, 13, 3), range(0, 9, 3)) if sum(p) % 9 != 1]
    joints = {p: wc.add_joint(p[0] + 0.2 * p[1], p[1]) for p in places}
    counter = itertools.count()
    for p, q in itertools.combinations(places, 2):
        if distance2(p, q) <= 18:
            k = next(counter)
            if k % 3 == 0:
                wc.add_muscle(joints[p], joints[q])
            else:
                wc.add_muscle(joints[p], joints[q], False, 3.5, p[0] / 9)
    return wc.get_walker()
