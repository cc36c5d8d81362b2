from math import sqrt

from walk_creator import walker_creator

A = 2.2  # side of a cell


def to_xy(q, r):
    # axial coordinates of a triangular lattice
    return A * (q + r / 2), A * r * sqrt(3) / 2


CELLS = [(q, r) for r in range(4) for q in range(-1, 5) if 0 <= q + r // 2 < 5 - r % 2]
NEIGHBOURS = ((1, 0), (0, 1), (-1, 1))


def make_walker():
    wc = walker_creator()
    comb = {}
    for cell in CELLS:
        comb[cell] = wc.add_joint(*to_xy(*cell))
    for (q, r), joint in comb.items():
        for dq, dr in NEIGHBOURS:
            other = comb.get((q + dq, r + dr))
            if other is None:
                continue
            if r == 0 or dr == 0:
                wc.add_muscle(joint, other, False, 4, (2 * q + r) / 7)
            else:
                wc.add_muscle(joint, other)
    return wc.get_walker()
