# An ostrich: a small body on two long legs.
from walk_creator import walker_creator


def make_walker():
    c = walker_creator()

    # body
    chest, rump = c.add_joint(3, 9), c.add_joint(-1, 8.5)
    belly = c.add_joint(1, 7)
    for one, other in [(chest, rump), (rump, belly), (belly, chest)]:
        c.add_muscle(one, other)

    # neck and head
    head = c.add_joint(5.5, 13)
    c.add_muscle(chest, head)
    c.add_muscle(rump, head, False, 0.5, 0.1)

    # legs, each with a knee
    for side, beat in (("left", 0.0), ("right", 0.5)):
        shift = 0.8 if side == "left" else -0.8
        knee = c.add_joint(1.5 + shift, 4)
        foot = c.add_joint(0.5 + shift, 0)
        c.add_muscle(belly, knee)
        c.add_muscle(knee, foot)
        c.add_muscle(chest, knee, False, 4.5, beat)
        c.add_muscle(rump, foot, False, 3.5, beat + 0.25)
    return c.get_walker()
