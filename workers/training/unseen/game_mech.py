from walk_creator import walker_creator


class Mech:
    """Player-side mech. Hull is rigid, legs are animated."""

    HULL = [(0, 8), (4, 8), (4, 11), (0, 11)]

    def __init__(self):
        self.wc = walker_creator()
        self.hull = []
        self.legs = 0

    def spawn_hull(self):
        for x, y in self.HULL:
            self.hull.append(self.wc.add_joint(x, y))
        n = len(self.hull)
        for i in range(n):
            for j in range(i + 1, n):
                self.wc.add_muscle(self.hull[i], self.hull[j])

    def attach_leg(self, dx, speed=4.0, offset=0.0):
        knee = self.wc.add_joint(2 + dx, 4)
        foot = self.wc.add_joint(2 + 1.5 * dx, 0)
        hip_l, hip_r = self.hull[0], self.hull[1]
        self.wc.add_muscle(hip_l, knee, False, speed, offset)
        self.wc.add_muscle(hip_r, knee, False, speed, offset + 0.4)
        self.wc.add_muscle(knee, foot)
        self.wc.add_muscle(hip_l, foot, False, speed, offset + 0.2)
        self.wc.add_muscle(hip_r, foot, False, speed, offset + 0.6)
        self.legs += 1

    def export(self):
        return self.wc.get_walker()


def make_walker():
    mech = Mech()
    mech.spawn_hull()
    mech.attach_leg(-2)
    mech.attach_leg(2, speed=5.0, offset=0.5)
    return mech.export()
