import walk_creator as wk

def make_walker():
    w = wk.walker_creator()
    a = w.add_joint(0, 0)
    b = w.add_joint(0, 2)
    w.add_muscle(a, b)
    x = 0.0
    t = 0.0
    while x < 15:
        x += 2.5
        c = w.add_joint(x, 0)
        d = w.add_joint(x, 2)
        w.add_muscle(c, d)
        w.add_muscle(a, c, False, 5, t)
        w.add_muscle(b, d, False, 5, t)
        w.add_muscle(a, d)
        t += 0.22
        a, b = c, d
    return w.get_walker()
