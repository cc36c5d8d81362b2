from walk_creator import walker_creator


def query_cppn(wc, xgrid, ygrid, scale, connect_func, amp_func, phase_func):
    """Make a lattice of joints; three functions decide its muscles."""
    joints = {}
    for x in range(xgrid):
        for y in range(ygrid):
            joints[(x, y)] = wc.add_joint(x * scale, y * scale)

    for x1 in range(xgrid):
        for y1 in range(ygrid):
            for x2 in range(x1, xgrid):
                for y2 in range(y1, ygrid):
                    if x1 == y1 and x2 == y2:
                        continue
                    if connect_func(x1, y1, x2, y2):
                        amp = amp_func(x1, y1, x2, y2)
                        phase = phase_func(x1, y1, x2, y2)
                        wc.add_muscle(joints[(x1, y1)], joints[(x2, y2)], False, amp, phase)
    return joints


def make_walker():
    wc = walker_creator()

    def connect(x1, y1, x2, y2):
        return (x1 - x2) ** 2 + (y1 - y2) ** 2 <= 4.5

    def amp(x1, y1, x2, y2):
        return 9 * abs(x1 - x2)

    def phase(x1, y1, x2, y2):
        return x1 / 4 if x1 % 2 else -x1 / 4

    query_cppn(wc, 8, 3, 1.5, connect, amp, phase)
    return wc.get_walker()
