# my first walker!! it is a dog
from walk_creator import walker_creator

def make_walker():
    wc = walker_creator()
    # body
    back1 = wc.add_joint(0, 5)
    back2 = wc.add_joint(4, 5)
    back3 = wc.add_joint(8, 5)
    top = wc.add_joint(4, 8)
    wc.add_muscle(back1, back2)
    wc.add_muscle(back2, back3)
    wc.add_muscle(back1, top)
    wc.add_muscle(back2, top)
    wc.add_muscle(back3, top)
    # head
    head = wc.add_joint(10, 8)
    wc.add_muscle(head, back3)
    wc.add_muscle(head, top)
    # back leg
    foot1 = wc.add_joint(1, 0)
    wc.add_muscle(back1, foot1, False, 5, 0)
    wc.add_muscle(back2, foot1, False, 5, 0.3)
    # front leg
    foot2 = wc.add_joint(7, 0)
    wc.add_muscle(back2, foot2, False, 5, 0.5)
    wc.add_muscle(back3, foot2, False, 5, 0.8)
    return wc.get_walker()
