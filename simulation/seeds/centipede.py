from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()

    # a long stiff back of triangles
    low = [wc.add_joint(5 * k, 6) for k in range(6)]
    high = [wc.add_joint(5 * k + 2.5, 8) for k in range(5)]
    for k in range(5):
        wc.add_muscle(low[k], low[k + 1])
        wc.add_muscle(low[k], high[k])
        wc.add_muscle(high[k], low[k + 1])
        if k > 0:
            wc.add_muscle(high[k - 1], high[k])

    # a step runs along the ten legs from one end to the other
    for k in range(5):
        for side in range(2):
            foot = wc.add_joint(5 * k + 2 * side - 0.4, 0)
            wave = 0.41 * k + 0.5 * side
            wc.add_muscle(low[k], foot, False, 0.5, wave)
            wc.add_muscle(low[k + 1], foot, False, 10.0, wave + 0.03)
    return wc.get_walker()
