from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()

    # a small stiff trunk, low above the ground
    trunk = [wc.add_joint(-2, 2), wc.add_joint(2, 2), wc.add_joint(0, 5.7)]
    for k in range(3):
        wc.add_muscle(trunk[k], trunk[(k + 1) % 3])

    # wide legs with a knee above and a foot below
    phases = [0.0, 0.86, 0.19, 0.6]
    for k in range(4):
        side = -1 if k < 2 else 1
        reach = 8 if k % 2 else 5.5
        knee = wc.add_joint(side * reach * 0.6, 5.5)
        foot = wc.add_joint(side * reach, 0)
        hip = trunk[0] if side < 0 else trunk[1]
        wc.add_muscle(hip, knee)
        wc.add_muscle(knee, foot)
        wc.add_muscle(trunk[2], knee, False, 6.3, phases[k])
        wc.add_muscle(hip, foot, False, 6.8, phases[k] + 0.25)
    return wc.get_walker()
