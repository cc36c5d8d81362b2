from walk_creator import walker_creator

FLOORS = 4
FLOOR_HEIGHT = 3.0
BASE_WIDTH = 9.0
TAPER = 0.8
SWAY_AMPLITUDE = 5.0
SWAY_LAG = 0.2
BASE_AMPLITUDE = 6.0


def make_walker():
    wc = walker_creator()
    below = None
    width = BASE_WIDTH
    for floor in range(FLOORS):
        y = floor * FLOOR_HEIGHT
        left = wc.add_joint(BASE_WIDTH / 2 - width / 2, y)
        right = wc.add_joint(BASE_WIDTH / 2 + width / 2, y)
        if below is None:
            wc.add_muscle(left, right, False, BASE_AMPLITUDE, 0)
        else:
            wc.add_muscle(left, right)
            wc.add_muscle(below[0], left, False, SWAY_AMPLITUDE, floor * SWAY_LAG)
            wc.add_muscle(below[1], right, False, SWAY_AMPLITUDE, floor * SWAY_LAG + 0.4)
            # one diagonal only, or the tower could not sway
            wc.add_muscle(below[0], right, False, SWAY_AMPLITUDE / 2, floor * SWAY_LAG)
        below = (left, right)
        width *= TAPER
    return wc.get_walker()
