from walk_creator import walker_creator


class Builder:
    def __init__(self):
        self._wc, self._names = walker_creator(), {}

    def at(self, name, x, y):
        self._names[name] = self._wc.add_joint(x, y)
        return self

    def bone(self, a, b):
        self._wc.add_muscle(self._names[a], self._names[b])
        return self

    def flex(self, a, b, amp, phase=0.0):
        self._wc.add_muscle(self._names[a], self._names[b], False, amp, phase)
        return self

    def build(self):
        return self._wc.get_walker()


def make_walker():
    return (
        Builder()
        .at("abdomen", 1, 3.5).at("thorax", 5, 3).at("head", 9, 4).at("petiole", 4, 5)
        .at("l1", 1, 0).at("l2", 5, 0).at("l3", 8, 0)
        .bone("abdomen", "thorax").bone("thorax", "head")
        .bone("petiole", "abdomen").bone("petiole", "thorax").bone("petiole", "head")
        .flex("abdomen", "l1", 5, 0.0).flex("thorax", "l1", 5, 0.3)
        .flex("abdomen", "l2", 4, 0.5).flex("head", "l2", 4, 0.75)
        .flex("thorax", "l3", 5, 0.15).flex("head", "l3", 5, 0.45)
        .build()
    )
