import cmath
import math

from walk_creator import walker_creator

ARMS = 5
CENTER = 8 + 7j


def on_circle(radius, turn):
    return CENTER + cmath.rect(radius, 2 * math.pi * turn)


def add(wc, z):
    return wc.add_joint(z.real, z.imag)


def make_walker():
    wc = walker_creator()
    heart = add(wc, CENTER)
    inner = [add(wc, on_circle(2.5, (k + 0.5) / ARMS)) for k in range(ARMS)]
    tips = [add(wc, on_circle(7, k / ARMS)) for k in range(ARMS)]

    for k in range(ARMS):
        wc.add_muscle(heart, inner[k])
        wc.add_muscle(inner[k], inner[k - 1])
        # an arm bends when its two sides pull in turn
        wc.add_muscle(inner[k], tips[k], False, 6, k / ARMS)
        wc.add_muscle(inner[k - 1], tips[k], False, 6, k / ARMS + 0.5)
    return wc.get_walker()
