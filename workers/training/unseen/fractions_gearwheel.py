from fractions import Fraction
from math import cos, pi, sin

from walk_creator import walker_creator

TEETH = 6


def make_walker():
    wc = walker_creator()
    turn = Fraction(1, TEETH)
    hub = wc.add_joint(7, 7)
    rim, teeth = [], []
    for k in range(TEETH):
        angle = 2 * pi * float(k * turn)
        rim.append(wc.add_joint(7 + 4 * cos(angle), 7 + 4 * sin(angle)))
        half = 2 * pi * float(k * turn + turn / 2)
        teeth.append(wc.add_joint(7 + 6.5 * cos(half), 7 + 6.5 * sin(half)))

    phase = Fraction(0)
    for k in range(TEETH):
        following = (k + 1) % TEETH
        wc.add_muscle(hub, rim[k])
        wc.add_muscle(rim[k], rim[following])
        wc.add_muscle(rim[k], teeth[k], False, 7, float(phase))
        wc.add_muscle(rim[following], teeth[k], False, 7, float(phase + Fraction(1, 4)))
        phase += Fraction(1, TEETH)
    return wc.get_walker()
