from walk_creator import walker_creator

# letters are joints, the picture shows where they are
BLUEPRINT = """
..a...b...c
...........
d...e...f..
...........
...........
g....h....i
"""

RODS = "ab bc de ef ad ae be bf cf"
MUSCLES = "dg:5@0.0 eg:5@0.3 eh:4@0.5 fh:4@0.75 fi:5@0.1 ci:3@0.4"


def make_walker():
    wc = walker_creator()
    rows = BLUEPRINT.strip().split("\n")
    joint = {}
    for r, line in enumerate(rows):
        for c, letter in enumerate(line):
            if letter != ".":
                joint[letter] = wc.add_joint(c * 1.2, (len(rows) - 1 - r) * 1.5)

    for word in RODS.split():
        a, b = word
        wc.add_muscle(joint[a], joint[b])

    for word in MUSCLES.split():
        ends, rest = word.split(":")
        amp, phase = rest.split("@")
        wc.add_muscle(joint[ends[0]], joint[ends[1]], False, float(amp), float(phase))
    return wc.get_walker()
