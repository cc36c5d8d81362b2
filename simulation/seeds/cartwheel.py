import math

from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()

    # a small stiff hub
    hub = [wc.add_joint(0, 0), wc.add_joint(2.9, 0), wc.add_joint(2.4, 3.6)]
    for k in range(3):
        wc.add_muscle(hub[k], hub[(k + 1) % 3])

    # legs all round it, each kicks a little after the one before
    legs = 6
    middle_x, middle_y = 2.4, 1.2
    for k in range(legs):
        turn = 2 * math.pi * k / legs
        x = middle_x + 4.4 * math.cos(turn)
        y = middle_y + 4.4 * math.sin(turn)
        foot = wc.add_joint(x, y)
        for h in range(3):
            wc.add_muscle(hub[h], foot, False, 5.8, -2 * k / legs + 0.04 * h)
    return wc.get_walker()
