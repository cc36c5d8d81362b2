"""Inverted double pendulum on a triangular base.

The swing frequency is fixed by the simulator (1 Hz); we only choose amplitude A and phase phi.
"""
import numpy as np

from walk_creator import walker_creator

A_BASE = 3.0      # amplitude of the base muscles
A_ARM = 6.0       # amplitude of the arm
PHI = np.pi / 2   # phase lag between arm and base [rad]


def rad_to_cycles(phi):
    return phi / (2 * np.pi)


def make_walker():
    wc = walker_creator()
    base = np.array([[0.0, 0.0], [8.0, 0.0], [4.0, 3.0]])
    b = [wc.add_joint(x, y) for x, y in base]
    pivot = b[2]

    wc.add_muscle(b[0], b[1], False, A_BASE, 0.0)
    wc.add_muscle(b[0], pivot)
    wc.add_muscle(b[1], pivot, False, A_BASE, rad_to_cycles(PHI))

    # first and second mass of the pendulum
    theta = np.deg2rad(20)
    m1 = wc.add_joint(4 + 5 * np.sin(theta), 3 + 5 * np.cos(theta))
    m2 = wc.add_joint(4 + 9 * np.sin(theta), 3 + 9 * np.cos(theta))
    wc.add_muscle(pivot, m1)
    wc.add_muscle(m1, m2)
    for k, side in enumerate((b[0], b[1])):
        wc.add_muscle(side, m1, False, A_ARM, rad_to_cycles(PHI) + k * 0.5)
        wc.add_muscle(side, m2, False, A_ARM / 2, k * 0.5)
    return wc.get_walker()
