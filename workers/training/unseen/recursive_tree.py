import math
from walk_creator import walker_creator

def grow(wc, parent, x, y, angle, length, depth):
    if depth == 0:
        return
    tips = []
    for turn in (-0.5, 0.45):
        a = angle + turn
        nx = x + length * math.cos(a)
        ny = y + length * math.sin(a)
        child = wc.add_joint(nx, ny)
        wc.add_muscle(parent, child)
        grow(wc, child, nx, ny, a, length * 0.7, depth - 1)
        tips.append(child)
    # the two branches push each other apart
    wc.add_muscle(tips[0], tips[1], False, 3 + depth, depth * 0.3)

def make_walker():
    wc = walker_creator()
    root = wc.add_joint(8, 2)
    left = wc.add_joint(4, 0)
    right = wc.add_joint(12, 0)
    wc.add_muscle(root, left, False, 5, 0)
    wc.add_muscle(root, right, False, 5, 0.4)
    wc.add_muscle(left, right, False, 2, 0.2)
    grow(wc, root, 8, 2, math.pi / 2, 4, 3)
    return wc.get_walker()
