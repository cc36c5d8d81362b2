import math

from walk_creator import walker_creator


def make_circle(wc, cx, cy, radius, num_points):
    """Place joints around the circle with center (cx, cy)."""
    joints = []
    step = 2 * 3.14 / (num_points - 1)
    for k in range(num_points):
        x = cx + radius * math.cos(k * step)
        y = cy + radius * math.sin(k * step)
        joints.append(wc.add_joint(x, y))
    return joints


def make_walker():
    wc = walker_creator()

    # a ring of points around one center
    num_points = 8
    points = make_circle(wc, 5, 5, 5, num_points)
    center = wc.add_joint(5, 5)

    for k in range(num_points):
        # the rim keeps its shape
        wc.add_muscle(points[k], points[(k + 1) % num_points])
        # each spoke pulses after the one before it
        pulse = float(k) / num_points
        wc.add_muscle(points[k], center, False, pulse, 2 * pulse)
    return wc.get_walker()
