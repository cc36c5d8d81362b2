from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()

    # a stiff trunk leaning forward
    hip = wc.add_joint(0, 6.3)
    chest = wc.add_joint(6.5, 6.9)
    back = wc.add_joint(2.3, 8.4)
    wc.add_muscle(hip, chest)
    wc.add_muscle(chest, back)
    wc.add_muscle(back, hip)

    # two long feet that push off together
    heel = wc.add_joint(0.3, 0)
    toe = wc.add_joint(1, 0)
    wc.add_muscle(heel, toe)
    for joint, amp, phase in [(hip, 9.8, 0.5), (chest, 9.0, 0.26)]:
        wc.add_muscle(joint, heel, False, amp, phase)
        wc.add_muscle(joint, toe, False, amp, phase + 0.02)

    # a tail to balance with
    tail = wc.add_joint(-11.0, 1.9)
    wc.add_muscle(hip, tail)
    wc.add_muscle(back, tail, False, 2.5, 0.62)
    wc.add_muscle(heel, tail, False, 7.5, 0.06)
    return wc.get_walker()
