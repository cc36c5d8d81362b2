from walk_creator import walker_creator

HALF = {"shoulder": (1, 6), "elbow": (4, 4), "hand": (5, 0), "hip": (1, 3), "toe": (2, 0)}
BONES = [("shoulder", "elbow"), ("elbow", "hand"), ("shoulder", "hip"), ("hip", "toe")]
PULLS = [("hip", "elbow", 4.0), ("hip", "hand", 2.0), ("shoulder", "toe", 3.0)]


def build_half(wc, sign, phase):
    joints = {}
    for name in HALF:
        x, y = HALF[name]
        joints[name] = wc.add_joint(sign * x, y)
    for a, b in BONES:
        wc.add_muscle(joints[a], joints[b])
    for a, b, power in PULLS:
        wc.add_muscle(joints[a], joints[b], False, power, phase)
    return joints


def make_walker():
    wc = walker_creator()
    left = build_half(wc, -1, 0.0)
    right = build_half(wc, 1, 0.5)
    for name in ("shoulder", "hip"):
        wc.add_muscle(left[name], right[name])
    wc.add_muscle(left["shoulder"], right["hip"])
    return wc.get_walker()
