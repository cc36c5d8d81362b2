from walk_creator import walker_creator

# adjacency matrix: 0 nothing, 1 rod, 2..9 muscle with that amplitude
ADJ = [
    [0, 1, 0, 1, 4, 3, 0],
    [1, 0, 1, 1, 0, 5, 4],
    [0, 1, 0, 1, 0, 0, 6],
    [1, 1, 1, 0, 0, 0, 0],
    [4, 0, 0, 0, 0, 2, 0],
    [3, 5, 0, 0, 2, 0, 0],
    [0, 4, 6, 0, 0, 0, 0],
]
POS = [
    [0, 5], [4, 5], [8, 5], [4, 8],
    [-2, 0], [3, 0], [9, 0],
]
PHASE = [0.0, 0.3, 0.6, 0.0, 0.1, 0.4, 0.55]

def make_walker():
    wc = walker_creator()
    size = len(ADJ)
    joints = []
    for row in POS:
        joints.append(wc.add_joint(row[0], row[1]))
    for i in range(size):
        for j in range(i):
            weight = ADJ[i][j]
            if weight == 1:
                wc.add_muscle(joints[i], joints[j])
            elif weight > 1:
                wc.add_muscle(joints[i], joints[j], False, weight, PHASE[i] + PHASE[j])
    return wc.get_walker()
