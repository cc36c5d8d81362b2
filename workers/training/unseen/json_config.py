import json

from walk_creator import walker_creator

CONFIG = json.loads("""
{
  "frame": [[0, 4], [5, 4], [10, 4], [5, 7]],
  "rods": [[0, 1], [1, 2], [0, 3], [1, 3], [2, 3]],
  "feet": [
    {"at": [0, 0], "hang_on": [0, 1], "amplitude": 5, "phase": 0.0},
    {"at": [5, 0], "hang_on": [1, 3], "amplitude": 3, "phase": 0.4},
    {"at": [9, 0], "hang_on": [2, 1], "amplitude": 5, "phase": 0.6}
  ],
  "shift": 0.25
}
""")


def make_walker():
    wc = walker_creator()
    frame = [wc.add_joint(*xy) for xy in CONFIG["frame"]]
    for i, j in CONFIG["rods"]:
        wc.add_muscle(frame[i], frame[j])
    for foot in CONFIG["feet"]:
        j = wc.add_joint(*foot["at"])
        phase = foot["phase"]
        for i in foot["hang_on"]:
            wc.add_muscle(frame[i], j, False, foot["amplitude"], phase)
            phase += CONFIG["shift"]
    return wc.get_walker()
