from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()

    # a stiff trunk
    hips = [wc.add_joint(0, 7.1), wc.add_joint(8, 7.1), wc.add_joint(1.5, 12.1)]
    for k in range(3):
        wc.add_muscle(hips[k], hips[(k + 1) % 3])

    # two pairs of long legs, one pair stands while the other swings
    feet = [-3.9, 1.5, 2.2, 5.9]
    for k in range(4):
        foot = wc.add_joint(feet[k], 0)
        swing = 0.59 if k % 2 else 0.0
        wc.add_muscle(hips[0], foot, False, 7.4, swing - 0.16 * (k // 2))
        wc.add_muscle(hips[1], foot, False, 10.0, swing + 0.31)
        wc.add_muscle(hips[2], foot, False, 2.5, swing + 0.2)
    return wc.get_walker()
