from walk_creator import walker_creator

PLAN = [
    "o.o.o",
    ".o.o.",
    "o...o",
]


def make_walker():
    wc = walker_creator()
    places = []
    for row, line in enumerate(PLAN):
        for column, sign in enumerate(line):
            if sign == "o":
                joint = wc.add_joint(2.5 * column, 3 * (len(PLAN) - row))
                places.append((row, column, joint))
    for i, (r1, c1, a) in enumerate(places):
        for r2, c2, b in places[i + 1:]:
            gap = abs(r1 - r2) + abs(c1 - c2)
            if gap == 2:
                wc.add_muscle(a, b)
            elif gap == 4:
                wc.add_muscle(a, b, False, 2.0, c1 / 5)
    return wc.get_walker()
