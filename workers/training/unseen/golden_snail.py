import math

from walk_creator import walker_creator

GOLDEN = (1 + math.sqrt(5)) / 2


def spiral(turns, per_turn):
    """Points of a golden spiral, from the outside in."""
    for k in range(turns * per_turn):
        angle = 2 * math.pi * k / per_turn
        radius = 5 * GOLDEN ** (-k / per_turn)
        yield 7 + radius * math.cos(angle), 6 + radius * math.sin(angle)


def make_walker():
    wc = walker_creator()
    shell = [wc.add_joint(x, y) for x, y in spiral(2, 6)]
    for k in range(1, len(shell)):
        wc.add_muscle(shell[k - 1], shell[k])
        if k >= 6:
            wc.add_muscle(shell[k - 6], shell[k])
            wc.add_muscle(shell[k - 5], shell[k])

    # the slimy foot under the shell
    sole = [wc.add_joint(x, 0) for x in range(2, 17, 3)]
    for k, s in enumerate(sole):
        wc.add_muscle(s, shell[4], False, 3, k / 4)
        if k:
            wc.add_muscle(sole[k - 1], s, False, 6, k / 4 + 0.1)
    wc.add_muscle(sole[0], shell[3], False, 4, 0.2)
    wc.add_muscle(sole[-1], shell[5], False, 4, 0.6)
    wc.add_muscle(sole[2], shell[5])
    return wc.get_walker()
