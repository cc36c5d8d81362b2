from walk_creator import query_cppn, walker_creator


def make_walker():
    wc = walker_creator()

    def connect(x1, y1, x2, y2):
        # neighbors up to two steps apart are joined
        return (x1 - x2) ** 2 + (y1 - y2) ** 2 <= 4.5

    def amp(x1, y1, x2, y2):
        # longer muscles pull harder
        return 6 * max(abs(x1 - x2), abs(y1 - y2))

    def phase(x1, y1, x2, y2):
        # a wave runs along the body
        return x1 / 3 + y1 / 4

    # a lattice of 8 by 3 joints
    query_cppn(wc, 8, 3, 1.5, connect, amp, phase)
    return wc.get_walker()
