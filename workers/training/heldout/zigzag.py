from walk_creator import walker_creator


def zigzag(n, low, high):
    x = 0
    up = False
    while n > 0:
        yield x, high if up else low
        up = not up
        x += 2
        n -= 1


def make_walker():
    walker = walker_creator()
    chain = [walker.add_joint(x, y) for x, y in zigzag(8, 0, 4)]
    previous = None
    before = None
    for index, joint in enumerate(chain):
        if previous is not None:
            walker.add_muscle(previous, joint)
        if before is not None:
            walker.add_muscle(before, joint, False, 4.0, 0.5 if index % 4 < 2 else 0.0)
        before, previous = previous, joint
    return walker.get_walker()
