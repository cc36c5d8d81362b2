from walk_creator import walker_creator

SCRIPT = [
    ("joint", 0, 3),
    ("joint", 5, 3),
    ("joint", 10, 3),
    ("joint", 3, 6),
    ("joint", 7, 6),
    ("rod", 0, 1),
    ("rod", 1, 2),
    ("rod", 0, 3),
    ("rod", 1, 3),
    ("rod", 3, 4),
    ("rod", 1, 4),
    ("rod", 2, 4),
    ("leg", 1, 0, 1, 0.0),
    ("leg", 4, 0, 1, 0.5),
    ("leg", 7, 1, 2, 0.3),
    ("leg", 10, 1, 2, 0.8),
]


def make_walker():
    turtle = walker_creator()
    for command in SCRIPT:
        match command:
            case ("joint", x, y):
                turtle.add_joint(x, y)
            case ("rod", a, b):
                turtle.add_muscle(a, b)
            case ("leg", x, a, b, phase):
                foot = turtle.add_joint(x, 0)
                turtle.add_muscle(a, foot, False, 3, phase)
                turtle.add_muscle(b, foot, False, 3, phase + 0.25)
    return turtle.get_walker()
