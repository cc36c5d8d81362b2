from collections import namedtuple
import walk_creator

Bone = namedtuple("Bone", "start end")
Muscle = namedtuple("Muscle", "start end amp phase")

JOINTS = {
    "tail": (0, 9), "hip": (3, 8.5), "chest": (7, 9.5), "spine": (4, 11.5),
    "neck": (8.5, 13), "beak": (11, 12),
    "left_knee": (2, 4), "left_toe": (3.5, 0),
    "right_knee": (5.5, 4), "right_toe": (7, 0),
}
BONES = [
    Bone("tail", "hip"), Bone("hip", "chest"), Bone("tail", "spine"),
    Bone("hip", "spine"), Bone("spine", "chest"), Bone("chest", "neck"),
    Bone("spine", "neck"), Bone("neck", "beak"), Bone("chest", "beak"),
    Bone("hip", "left_knee"), Bone("hip", "right_knee"),
]
MUSCLES = [
    Muscle("tail", "left_knee", 3, 0.0),
    Muscle("left_knee", "left_toe", 2, 0.2),
    Muscle("hip", "left_toe", 5, 0.35),
    Muscle("chest", "right_knee", 3, 0.5),
    Muscle("right_knee", "right_toe", 2, 0.7),
    Muscle("hip", "right_toe", 5, 0.85),
]


def make_walker():
    wc = walk_creator.walker_creator()
    index = {name: wc.add_joint(*xy) for name, xy in JOINTS.items()}
    for bone in BONES:
        wc.add_muscle(index[bone.start], index[bone.end])
    for m in MUSCLES:
        wc.add_muscle(index[m.start], index[m.end], False, m.amp, m.phase)
    return wc.get_walker()
