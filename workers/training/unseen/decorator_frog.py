from walk_creator import walker_creator

PARTS = []


def part(build):
    PARTS.append(build)
    return build


@part
def trunk(wc, j):
    j["rump"] = wc.add_joint(0, 4)
    j["belly"] = wc.add_joint(3, 3)
    j["snout"] = wc.add_joint(6, 5)
    wc.add_muscle(j["rump"], j["belly"])
    wc.add_muscle(j["belly"], j["snout"])
    wc.add_muscle(j["rump"], j["snout"])


@part
def hind_leg(wc, j):
    j["knee"] = wc.add_joint(-3, 2)
    j["heel"] = wc.add_joint(-1, 0)
    wc.add_muscle(j["rump"], j["knee"])
    wc.add_muscle(j["knee"], j["heel"])
    wc.add_muscle(j["rump"], j["heel"], False, 12, 0)
    wc.add_muscle(j["belly"], j["heel"], False, 8, 0.1)


@part
def front_leg(wc, j):
    j["hand"] = wc.add_joint(5, 0)
    wc.add_muscle(j["belly"], j["hand"], False, 4, 0.6)
    wc.add_muscle(j["snout"], j["hand"], False, 4, 0.6)


def make_walker():
    wc = walker_creator()
    joints = {}
    for build in PARTS:
        build(wc, joints)
    return wc.get_walker()
