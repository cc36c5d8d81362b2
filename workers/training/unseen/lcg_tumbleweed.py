from walk_creator import walker_creator
import math

seed = 12345

def rnd():
    global seed
    seed = (1103515245 * seed + 12345) % 2147483648
    return seed / 2147483648

def make_walker():
    wc = walker_creator()
    n = 10
    j = []
    for i in range(n):
        r = 4 + 2 * rnd()
        a = 6.2832 * i / n
        j.append(wc.add_joint(6 + r * math.cos(a), 6 + r * math.sin(a)))
    for i in range(n):
        wc.add_muscle(j[i], j[(i + 1) % n])
        wc.add_muscle(j[i], j[(i + 3) % n], False, 1 + 5 * rnd(), rnd())
        wc.add_muscle(j[i], j[(i + 5) % n], False, 6 * rnd(), rnd())
    return wc.get_walker()
