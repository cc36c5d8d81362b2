from walk_creator import walker_creator

def make_walker():
    wc = walker_creator()
    vertices = [(0, 0), (4, 0), (8, 0), (12, 0), (2, 4), (6, 4), (10, 4), (4, 8), (8, 8), (6, 11)]
    v = [wc.add_joint(x, y) for (x, y) in vertices]

    passive = {(4, 5), (5, 6), (4, 7), (5, 7), (5, 8), (6, 8), (7, 8), (7, 9), (8, 9)}
    active = {(0, 4), (1, 4), (1, 5), (2, 5), (2, 6), (3, 6)}

    assert not passive & active
    for a, b in sorted(passive | active):
        if (a, b) in passive:
            wc.add_muscle(v[a], v[b])
        else:
            wc.add_muscle(v[a], v[b], False, 5.0, 0.15 * (a + b))
    return wc.get_walker()
