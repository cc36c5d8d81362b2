from walk_creator import walker_creator


def make_leg(wc, hips, x, y, amps, phases):
    """Hang a foot at (x, y) on hips by active muscles."""
    foot = wc.add_joint(x, y)
    for k in range(len(hips)):
        wc.add_muscle(hips[k], foot, False, amps[k], phases[k])
    return foot


def make_walker():
    wc = walker_creator()

    # a stiff back of four triangles
    low = [wc.add_joint(0, 7), wc.add_joint(6, 7), wc.add_joint(12.5, 7.5)]
    high = [wc.add_joint(2.5, 9), wc.add_joint(9.5, 10)]
    for k in range(2):
        wc.add_muscle(low[k], low[k + 1])
        wc.add_muscle(low[k], high[k])
        wc.add_muscle(high[k], low[k + 1])
    wc.add_muscle(high[0], high[1])

    # a hind leg and a fore leg, half a cycle apart
    make_leg(wc, [low[0], low[1], high[0]], -1.5, 0, [4, 5.5, 1.5], [0, 0.25, 0.05])
    make_leg(wc, [low[2], low[1], high[1]], 9.5, 1, [3, 1, 2], [0.5, 0.71, 0.6])
    return wc.get_walker()
