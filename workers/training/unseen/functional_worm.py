from functools import reduce
from itertools import starmap

from walk_creator import walker_creator

pairwise = lambda xs: list(zip(xs, xs[1:]))


def make_walker():
    wc = walker_creator()
    bottom = list(map(lambda x: wc.add_joint(x, 0), range(0, 18, 3)))
    top = list(map(lambda x: wc.add_joint(x, 2.5), range(1, 16, 3)))

    def rod(a, b):
        return wc.add_muscle(a, b, True)

    def wave(step):
        return lambda a, b: wc.add_muscle(a, b, False, 6.0, step * a)

    list(starmap(rod, pairwise(top)))
    list(starmap(wave(0.2), pairwise(bottom)))
    list(starmap(rod, zip(bottom, top)))
    list(starmap(wave(0.35), zip(bottom[1:], top)))

    # a nose, hung on the last two joints
    nose = wc.add_joint(17, 2)
    reduce(lambda _, j: rod(j, nose), [bottom[-1], top[-1]], None)
    return wc.get_walker()
