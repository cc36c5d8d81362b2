from walk_creator import walker_creator


def add_triangle(wc, a, b, apex, strength, phase):
    c = wc.add_joint(*apex)
    wc.add_muscle(a, c)
    wc.add_muscle(b, c, False, strength, phase)
    return c


def make_walker():
    wc = walker_creator()
    a = wc.add_joint(0, 0)
    b = wc.add_joint(3, 0)
    wc.add_muscle(a, b)
    x = 1.5
    for step in range(7):
        y = 2.6 if step % 2 == 0 else 0
        c = add_triangle(wc, a, b, (x, y), 1 + 0.5 * step, 0.15 * step)
        a, b = b, c
        x += 1.5
    return wc.get_walker()
