import numpy as np
from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()
    count = 9
    angles = np.arange(count) * 2 * np.pi / count
    radii = 4 + np.cos(3 * angles)
    rim = []
    for angle, radius in zip(angles, radii):
        x, y = radius * np.cos(angle), radius * np.sin(angle)
        rim.append(wc.add_joint(float(x), float(y)))
    hub = wc.add_joint(0.5, 0)
    for k in range(count):
        wc.add_muscle(rim[k], rim[k - 1])
        wc.add_muscle(hub, rim[k], False, 1 + radii[k] / 4, angles[k] / 6.28)
    return wc.get_walker()
