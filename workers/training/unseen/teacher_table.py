from walk_creator import walker_creator

# Lesson 3: a walking table
# -------------------------
# Step 1: we need a creator. It remembers all joints and muscles for us.
# Step 2: joints are points. Muscles connect two points.
# Step 3: a muscle with False is ACTIVE, it gets longer and shorter.

def make_walker():
    creator = walker_creator()

    # The table top has three points, so that it cannot fold.
    left = creator.add_joint(0, 6)
    right = creator.add_joint(9, 6)
    lamp = creator.add_joint(4.5, 9)
    creator.add_muscle(left, right)
    creator.add_muscle(left, lamp)
    creator.add_muscle(right, lamp)

    # Four legs. Question for the class: why do we need two muscles per leg?
    for number in [0, 1, 2, 3]:
        x = 3 * number
        foot = creator.add_joint(x, 0)
        # Answer: with one muscle the leg would swing freely!
        creator.add_muscle(left, foot, False, 4, number / 4)
        creator.add_muscle(right, foot, False, 4, number / 4 + 0.15)

    # Exercise: change 0.15 to another number. What happens?
    return creator.get_walker()
