from walk_creator import walker_creator

def make_walker():
    beetle = walker_creator()

    body_x = [0, 2, 5, 8, 10]
    body_y = [3, 5, 5.5, 5, 3]
    leg_x = [0, 2.5, 5, 7.5, 10]
    strength = [4.0, 3.5, 3.0, 3.5, 4.0]

    body = [beetle.add_joint(x, y) for x, y in zip(body_x, body_y)]
    belly = beetle.add_joint(5, 2.8)

    for i, part in enumerate(body):
        beetle.add_muscle(part, belly)
        if i != 0:
            beetle.add_muscle(part, body[i - 1])

    for i, (x, s) in enumerate(zip(leg_x, strength)):
        foot = beetle.add_joint(x, 0)
        beetle.add_muscle(body[i], foot, False, s, 0.2 * i)
        beetle.add_muscle(belly, foot, False, s, 0.2 * i + 0.25)

    return beetle.get_walker()
