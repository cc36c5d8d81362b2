from walk_creator import walker_creator

HALF = [(0, 1, 8), (1, 2.5, 7), (2, 3, 4), (3, 4, 0)]  # (id, x, y)


def mirrored(half):
    """The same joints on the other side of x = 0."""
    return [(-name - 1, -x, y) for name, x, y in half]


def make_walker():
    wc = walker_creator()
    joints = {}
    for name, x, y in HALF + mirrored(HALF):
        joints[name] = wc.add_joint(x + 5, y)

    def both(a, b, *kind):
        wc.add_muscle(joints[a], joints[b], *kind)
        wc.add_muscle(joints[-a - 1], joints[-b - 1], *kind)

    both(0, 1)
    both(0, 2)
    both(1, 2)
    wc.add_muscle(joints[0], joints[-1])
    wc.add_muscle(joints[1], joints[-2])
    wc.add_muscle(joints[0], joints[-2])
    both(2, 3, False, 10, 0.0)
    both(1, 3, False, 7, 0.15)
    # the tail is only on one side and makes it jump forward
    tail = wc.add_joint(-2, 3)
    wc.add_muscle(joints[-3], tail, False, 5, 0.5)
    wc.add_muscle(joints[-2], tail, False, 5, 0.25)
    return wc.get_walker()
