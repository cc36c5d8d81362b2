from math import cos, pi, sin

from walk_creator import walker_creator


def polar(radius, degrees):
    angle = degrees * pi / 180
    return radius * cos(angle), radius * sin(angle)


def make_walker(arms=5, reach=6.5):
    wc = walker_creator()
    hub = wc.add_joint(0, 0)
    tips, elbows = [], []
    for arm in range(arms):
        turn = 360 / arms * arm
        elbows.append(wc.add_joint(*polar(reach / 2, turn + 12)))
        tips.append(wc.add_joint(*polar(reach, turn)))
        wc.add_muscle(hub, elbows[-1])
        wc.add_muscle(elbows[-1], tips[-1])
    for arm in range(arms):
        following = (arm + 1) % arms
        wc.add_muscle(tips[arm], elbows[following], False, 3, arm / arms)
        wc.add_muscle(elbows[arm], elbows[following])
    return wc.get_walker()
