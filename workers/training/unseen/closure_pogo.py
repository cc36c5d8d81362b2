from walk_creator import walker_creator


def make_builder():
    wc = walker_creator()
    named = {}

    def joint(name, x, y):
        named[name] = wc.add_joint(x, y)

    def stick(*names):
        for a, b in zip(names, names[1:]):
            wc.add_muscle(named[a], named[b])

    def pump(a, b, amp, phase=0.0):
        wc.add_muscle(named[a], named[b], False, amp, phase)

    return joint, stick, pump, wc.get_walker


def make_walker():
    joint, stick, pump, done = make_builder()

    joint("pole", 3, 0)
    joint("skid", 0.5, 0)
    joint("pedal_l", 1, 5)
    joint("pedal_r", 5, 5)
    joint("seat", 2.5, 9)
    joint("weight", 5, 10)

    stick("pedal_l", "pedal_r", "seat", "pedal_l")
    stick("seat", "weight", "pedal_r")
    pump("pole", "pedal_l", 10, 0.0)
    pump("pole", "pedal_r", 10, 0.12)
    pump("skid", "pedal_l", 6, 0.5)
    pump("skid", "pole", 2, 0.25)
    return done()
