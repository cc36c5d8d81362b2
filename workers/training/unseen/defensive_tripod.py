from walk_creator import walker_creator


class TripodError(ValueError):
    pass


def check_positive(name, value):
    if value <= 0:
        raise TripodError(f"{name} must be positive, not {value}")
    return value


def add_leg(wc, top, neighbour, x, amplitude, phase):
    check_positive("amplitude", amplitude)
    try:
        foot = wc.add_joint(x, 0)
    except TypeError as error:
        raise TripodError("bad leg position") from error
    wc.add_muscle(top, foot, False, amplitude, phase)
    wc.add_muscle(neighbour, foot, False, amplitude, phase + 0.25)
    return foot


def make_walker(height=9, spread=5):
    height = check_positive("height", height)
    spread = check_positive("spread", spread)
    wc = walker_creator()
    apex = wc.add_joint(spread, height)
    ring_left = wc.add_joint(spread * 0.6, height / 2)
    ring_right = wc.add_joint(spread * 1.4, height / 2)
    for a, b in ((apex, ring_left), (apex, ring_right), (ring_left, ring_right)):
        wc.add_muscle(a, b)
    feet = [
        add_leg(wc, ring_left, ring_right, 0, 6, 0.0),
        add_leg(wc, ring_right, ring_left, spread, 4, 0.4),
        add_leg(wc, ring_right, apex, 2 * spread, 6, 0.7),
    ]
    assert len(feet) == 3
    return wc.get_walker()
