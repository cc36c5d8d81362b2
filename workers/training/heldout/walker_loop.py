from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()
    joints = []
    heights = [0, 4, 1, 5, 0, 6, 1, 4]
    for k in range(len(heights)):
        joints.append(wc.add_joint(1.8 * k, heights[k]))
    k = 0
    while k + 2 < len(joints):
        wc.add_muscle(joints[k], joints[k + 1])
        if heights[k] > heights[k + 2]:
            wc.add_muscle(joints[k], joints[k + 2], False, 3, 0.25)
        else:
            wc.add_muscle(joints[k], joints[k + 2])
        if k + 3 < len(joints) and k % 2 == 0:
            wc.add_muscle(joints[k], joints[k + 3], False, 5, 0.1 * k)
        k = k + 1
    wc.add_muscle(joints[-2], joints[-1])
    return wc.get_walker()
