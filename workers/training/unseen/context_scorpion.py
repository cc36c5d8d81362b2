from contextlib import contextmanager

from walk_creator import walker_creator


class Drawing:
    def __init__(self):
        self.wc = walker_creator()
        self.last = None
        self.active = None

    def move_to(self, x, y):
        self.last = self.wc.add_joint(x, y)
        return self.last

    def line_to(self, x, y):
        start = self.last
        end = self.move_to(x, y)
        self.join(start, end)
        return end

    def join(self, a, b):
        if self.active is None:
            self.wc.add_muscle(a, b)
        else:
            amplitude, phase = self.active
            self.wc.add_muscle(a, b, False, amplitude, phase)

    @contextmanager
    def muscles(self, amplitude, phase):
        self.active = (amplitude, phase)
        yield self
        self.active = None


def make_walker():
    d = Drawing()
    rear = d.move_to(6, 3)
    mid = d.line_to(9, 2.5)
    front = d.line_to(12, 3)
    top = d.line_to(8.5, 5)
    d.join(top, rear)
    d.join(top, mid)
    for x, phase in [(5, 0.0), (8, 0.5), (11, 0.2), (14, 0.7)]:
        foot = d.move_to(x, 0)
        with d.muscles(4, phase):
            d.join(foot, mid)
        with d.muscles(4, phase + 0.2):
            d.join(foot, rear if x < 9 else front)
    with d.muscles(6, 0.1):  # the tail
        tail = d.move_to(2, 6)
        d.join(tail, rear)
        d.join(tail, top)
        d.line_to(4, 9)
        d.join(d.last, top)
    return d.wc.get_walker()
