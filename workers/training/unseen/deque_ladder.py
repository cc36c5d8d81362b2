from collections import deque

from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()
    window = deque(maxlen=3)
    beat = deque([0.0, 0.2, 0.4, 0.6, 0.8])

    for step in range(10):
        height = 4 if step % 2 else 0
        new = wc.add_joint(1.6 * step, height)
        for age, old in enumerate(reversed(window), start=1):
            if age == 2 and height == 0:
                wc.add_muscle(old, new, False, 3, beat[0])
            elif age == 2:
                wc.add_muscle(old, new)
            else:
                wc.add_muscle(old, new, False, 4, beat[age])
        window.append(new)
        beat.rotate(-1)
    return wc.get_walker()
