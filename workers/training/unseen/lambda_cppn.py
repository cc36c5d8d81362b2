from math import hypot, sin

from walk_creator import query_cppn, walker_creator

make_walker = lambda: build(
    near=lambda x1, y1, x2, y2: 0 < hypot(x2 - x1, y2 - y1) < 1.5 and not (y1 == y2 == 1),
    pull=lambda x1, y1, x2, y2: 5 + 4 * sin(x1 + x2),
    when=lambda x1, y1, x2, y2: (x1 + 0.5 * y2) / 3,
)


def build(near, pull, when):
    wc = walker_creator()
    corners = query_cppn(wc, 6, 2, 2.4, near, pull, when)
    crest = wc.add_joint(6, 5)
    for (x, y), joint in corners.items():
        if y == 1 and 0 < x < 5:
            wc.add_muscle(joint, crest)
    return wc.get_walker()
