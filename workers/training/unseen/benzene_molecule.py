# C6H6: six carbons in a ring, a hydrogen on each
import numpy as np
from walk_creator import walker_creator

C_C = 4.0    # bond length
C_H = 2.8


def make_walker():
    mol = walker_creator()
    angles = np.arange(6) * np.pi / 3 + np.pi / 6
    unit = np.column_stack((np.cos(angles), np.sin(angles)))
    center = np.array([C_C + C_H, C_C + C_H])

    carbon = [mol.add_joint(*(center + C_C * u)) for u in unit]
    hydrogen = [mol.add_joint(*(center + (C_C + C_H) * u)) for u in unit]

    for i in range(6):
        j = (i + 1) % 6
        if i % 2 == 0:
            mol.add_muscle(carbon[i], carbon[j])
        else:
            # double bond: vibrates
            mol.add_muscle(carbon[i], carbon[j], False, 6.0, i / 6)
        mol.add_muscle(carbon[i], carbon[(i + 2) % 6], False, 2.0, i / 6)
        mol.add_muscle(carbon[i], hydrogen[i])
        mol.add_muscle(hydrogen[i], carbon[j], False, 5.0, i / 6 + 0.5)
    return mol.get_walker()
