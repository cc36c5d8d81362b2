from walk_creator import walker_creator

# each row is one leg, each column a sixteenth; x is where the leg kicks
PATTERN = [
    "x---------------",
    "----x-----------",
    "--------x-------",
    "------------x---",
]
TEMPO = 4.5


def kick_time(row):
    return row.index("x") / len(row)


def make_walker():
    band = walker_creator()
    stage_left = band.add_joint(0, 6)
    stage_right = band.add_joint(9, 6)
    spotlight = band.add_joint(4, 10)
    band.add_muscle(stage_left, stage_right)
    band.add_muscle(stage_left, spotlight)
    band.add_muscle(stage_right, spotlight)

    for number, row in enumerate(PATTERN):
        drummer = band.add_joint(number * 3, 0.5)
        kick = kick_time(row)
        band.add_muscle(drummer, stage_left, False, TEMPO, kick)
        band.add_muscle(drummer, stage_right, False, TEMPO, kick + 3 / 16)
        band.add_muscle(drummer, spotlight, False, TEMPO / 3, kick + 6 / 16)
    return band.get_walker()
