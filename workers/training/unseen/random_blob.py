import random

from walk_creator import walker_creator

rng = random.Random(20240611)

N = 11
REACH = 5.5


def make_walker():
    wc = walker_creator()
    pts = []
    while len(pts) < N:
        x, y = rng.uniform(0, 12), rng.uniform(0, 7)
        # keep a little space between the points
        if all((x - a) ** 2 + (y - b) ** 2 > 4 for a, b in pts):
            pts.append((x, y))

    ids = [wc.add_joint(*p) for p in pts]
    for i in range(N):
        for j in range(i + 1, N):
            dx = pts[i][0] - pts[j][0]
            dy = pts[i][1] - pts[j][1]
            if (dx * dx + dy * dy) ** 0.5 < REACH:
                amplitude = rng.choice([0, 2, 4, 6])
                wc.add_muscle(ids[i], ids[j], amplitude == 0, amplitude, rng.random())
    return wc.get_walker()
