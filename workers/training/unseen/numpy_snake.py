import numpy as np
from walk_creator import walker_creator

def make_walker():
    wc = walker_creator()
    n = 9
    t = np.linspace(0, 2 * np.pi, n)
    xs = np.linspace(0, 20, n)
    upper = np.stack([xs, 2.2 + 0.6 * np.sin(t)], axis=1)
    lower = np.stack([xs, 0.3 * np.ones(n)], axis=1)

    ids = np.zeros((2, n), dtype=int)
    for j in range(n):
        ids[0, j] = wc.add_joint(*lower[j])
        ids[1, j] = wc.add_joint(*upper[j])

    phase = np.linspace(0, 2.0, n)
    for j in range(n - 1):
        wc.add_muscle(ids[0, j], ids[0, j + 1], False, 4.0, phase[j])
        wc.add_muscle(ids[1, j], ids[1, j + 1], False, 4.0, phase[j] + 0.5)
        wc.add_muscle(ids[0, j], ids[1, j + 1])
    for j in range(n):
        wc.add_muscle(ids[0, j], ids[1, j])
    return wc.get_walker()
