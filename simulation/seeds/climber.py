from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()

    # a stiff back of triangles
    low = [wc.add_joint(0, 7.3), wc.add_joint(5.7, 7.3), wc.add_joint(10.4, 7.3)]
    high = [wc.add_joint(2.1, 9.5), wc.add_joint(9.7, 9.5)]
    for k in range(2):
        wc.add_muscle(low[k], low[k + 1])
        wc.add_muscle(low[k], high[k])
        wc.add_muscle(high[k], low[k + 1])
    wc.add_muscle(high[0], high[1])

    # six legs reach over the edge of the next step
    feet = [0.3, 1.6, 3.5, 6.2, 9.6, 9.0]
    phases = [0.28, 0.13, 0.12, 0.38, 0.82, 0.75]
    for k in range(6):
        foot = wc.add_joint(feet[k], 0)
        back, front = low[k // 3], low[k // 3 + 1]
        wc.add_muscle(back, foot, False, 4.1, phases[k])
        wc.add_muscle(front, foot, False, 9.4, phases[k] + 0.27)
    return wc.get_walker()
