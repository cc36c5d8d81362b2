from walk_creator import walker_creator


def segments(wc, count, length):
    """Yield (left, right, foot) for each body segment."""
    previous = wc.add_joint(0, 3)
    for number in range(1, count + 1):
        current = wc.add_joint(number * length, 3)
        wc.add_muscle(previous, current)
        foot = wc.add_joint((number - 0.5) * length, 0)
        yield previous, current, foot
        previous = current


def phases(step):
    value = 0.0
    while True:
        yield value
        value += step


def make_walker():
    wc = walker_creator()
    clock = phases(0.18)
    feet = []
    for left, right, foot in segments(wc, 7, 3.2):
        now = next(clock)
        wc.add_muscle(left, foot, False, 4.5, now)
        wc.add_muscle(right, foot, False, 4.5, now + 0.3)
        feet.append(foot)
    for one, other in zip(feet[::2], feet[2::2]):
        wc.add_muscle(one, other, False, 1.0, 0.0)
    return wc.get_walker()
