import math

from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()

    # a rim of joints around a hub
    count, radius = 11, 5.1
    hub = wc.add_joint(radius, radius)
    rim = []
    for k in range(count):
        turn = 2 * math.pi * k / count
        x = radius + radius * math.cos(turn)
        y = radius + radius * math.sin(turn)
        rim.append(wc.add_joint(x, y))

    # a bulge runs round the wheel and the wheel falls after it
    for k in range(count):
        wave = -2 * k / count
        wc.add_muscle(rim[k], rim[(k + 1) % count], False, 7.6, wave + 0.07)
        wc.add_muscle(rim[k], rim[(k + 2) % count])
        wc.add_muscle(rim[k], hub, False, 8.5, wave)
    return wc.get_walker()
