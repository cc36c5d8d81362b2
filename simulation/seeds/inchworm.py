from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()

    # a low body of square segments
    count, size = 7, 4
    belly = [wc.add_joint(size * k, 0) for k in range(count)]
    back = [wc.add_joint(size * k, 3) for k in range(count)]

    # a wave of stretching and shortening runs along it
    for k in range(count):
        wc.add_muscle(belly[k], back[k])
        if k > 0:
            wave = -0.28 * k
            wc.add_muscle(belly[k - 1], belly[k], False, 9.9, wave)
            wc.add_muscle(back[k - 1], back[k], False, 1.0, wave + 0.35)
            wc.add_muscle(belly[k - 1], back[k], False, 0.7, wave + 0.08)
    return wc.get_walker()
