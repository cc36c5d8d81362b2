from walk_creator import walker_creator

wc = walker_creator()


class Node:
    """a - b joins two nodes by a rod, a @ b by a muscle of the current strength."""

    strength = 4.0
    clock = 0.0

    def __init__(self, x, y):
        self.handle = wc.add_joint(x, y)

    def __sub__(self, other):
        wc.add_muscle(self.handle, other.handle)
        return other

    def __matmul__(self, other):
        wc.add_muscle(self.handle, other.handle, False, Node.strength, Node.clock)
        Node.clock += 0.17
        return other


def make_walker():
    a, b, c = Node(0, 0), Node(6, 0), Node(12, 1)
    d, e = Node(3, 4), Node(9, 4)
    a - d - e - c
    d - b - e
    a @ b @ c
    oar, grip = Node(-2, 2), Node(1, 6)
    Node.strength = 9.0
    grip - d
    oar - grip
    oar @ a
    oar @ d
    grip @ e
    return wc.get_walker()
