from walk_creator import walker_creator
from math import sin, cos, tau
def make_walker():
    w, n = walker_creator(), 9
    r = [w.add_joint(6 + 5*cos(tau*i/n), 6 + 5*sin(tau*i/n)) for i in range(n)]
    for i in range(n):
        w.add_muscle(r[i], r[i-1], False, 2, i/n)
        w.add_muscle(r[i], r[i-2])
        w.add_muscle(r[i], r[i-4], False, 5, 2*i/n)
    return w.get_walker()
