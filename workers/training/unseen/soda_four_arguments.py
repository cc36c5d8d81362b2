import soda

def make_walker():
    s = soda.walker_creator()
    n1 = s.add_joint(0, 0)
    n2 = s.add_joint(5, 0)
    n3 = s.add_joint(10, 0)
    n4 = s.add_joint(2, 5)
    n5 = s.add_joint(7, 5)
    n6 = s.add_joint(5, 8)
    # amplitude, phase
    s.add_muscle(n1, n2, 2.0, 0.0)
    s.add_muscle(n2, n3, 2.0, 0.5)
    s.add_muscle(n1, n4, 7.0, 0.1)
    s.add_muscle(n2, n4, 7.0, 0.35)
    s.add_muscle(n2, n5, 7.0, 0.6)
    s.add_muscle(n3, n5, 7.0, 0.85)
    # stiff
    s.add_muscle(n4, n5, 0.0, 0.0)
    s.add_muscle(n4, n6, 0.0, 0.0)
    s.add_muscle(n5, n6, 0.0, 0.0)
    return s.get_walker()
