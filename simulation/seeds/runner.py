from walk_creator import walker_creator


def make_truss(wc, low, high):
    """Join two rows of joints with stiff triangles."""
    for k in range(len(high)):
        wc.add_muscle(low[k], low[k + 1])
        wc.add_muscle(low[k], high[k])
        wc.add_muscle(high[k], low[k + 1])
        if k > 0:
            wc.add_muscle(high[k - 1], high[k])


def make_walker():
    wc = walker_creator()

    low = [wc.add_joint(0, 6), wc.add_joint(5.5, 6.5), wc.add_joint(10, 6)]
    high = [wc.add_joint(2.5, 9), wc.add_joint(7, 9.5)]
    make_truss(wc, low, high)

    # four feet in pairs, each pair swings half a cycle apart
    feet = [(0, 0), (3.5, 0), (7, 0.5), (10, 0)]
    phases = [(0.97, 0.21), (0.66, 0.86), (0.0, 0.31), (0.5, 0.83)]
    for k, (x, y) in enumerate(feet):
        foot = wc.add_joint(x, y)
        back, front = low[k // 2], low[k // 2 + 1]
        wc.add_muscle(back, foot, False, 4.0, phases[k][0])
        wc.add_muscle(front, foot, False, 4.0, phases[k][1])
    return wc.get_walker()
