"""A mattress of coupled oscillators, driven by a traveling wave cos(k x - w t)."""
from walk_creator import walker_creator

NX, NY = 7, 3
SPACING = 2.0         # lattice constant
WAVELENGTH = 5.0      # in lattice constants
DRIVE = 5.0           # amplitude of the driven springs


def wave_phase(x):
    return -x / WAVELENGTH


def make_walker():
    wc = walker_creator()
    mass = [[wc.add_joint(i * SPACING, j * SPACING) for j in range(NY)] for i in range(NX)]

    for i in range(NX):
        for j in range(NY):
            if i + 1 < NX:
                # longitudinal springs are driven
                wc.add_muscle(mass[i][j], mass[i + 1][j], False, DRIVE, wave_phase(i) + 0.1 * j)
            if j + 1 < NY:
                wc.add_muscle(mass[i][j], mass[i][j + 1])
            if i + 1 < NX and j + 1 < NY:
                # shear springs are passive
                wc.add_muscle(mass[i][j], mass[i + 1][j + 1])
    return wc.get_walker()
