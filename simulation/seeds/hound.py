from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()

    # a back that bends: two stiff triangles and a muscle between their tops
    rump, waist, chest = wc.add_joint(0, 6.8), wc.add_joint(6.3, 4.1), wc.add_joint(12.4, 6.8)
    hip, neck = wc.add_joint(2.1, 8.4), wc.add_joint(8.3, 8.4)
    for a, b in [(rump, waist), (rump, hip), (hip, waist), (waist, chest), (waist, neck)]:
        wc.add_muscle(a, b)
    wc.add_muscle(neck, chest)
    wc.add_muscle(hip, neck, False, 5.0, 0.75)

    # hind legs and fore legs
    hind = wc.add_joint(-3.5, 0)
    fore = wc.add_joint(11.3, 0)
    for joint, amp, phase in [(rump, 8.4, 0.72), (waist, 9.1, 0.56)]:
        wc.add_muscle(joint, hind, False, amp, phase)
    for joint, amp, phase in [(chest, 5.0, 0.65), (waist, 2.2, 0.09)]:
        wc.add_muscle(joint, fore, False, amp, phase)
    return wc.get_walker()
