from walk_creator import walker_creator

MAX_WHEELS = 5
TRACK_LEN = 14.0
TRACK_H = 4.0

px = [0.0] * (2 * MAX_WHEELS)
py = [0.0] * (2 * MAX_WHEELS)
handle = [0] * (2 * MAX_WHEELS)

def make_walker():
    wc = walker_creator()
    i = 0
    while i < MAX_WHEELS:
        px[i] = i * TRACK_LEN / (MAX_WHEELS - 1)
        py[i] = 0.0
        px[i + MAX_WHEELS] = px[i]
        py[i + MAX_WHEELS] = TRACK_H
        i += 1

    i = 0
    while i < 2 * MAX_WHEELS:
        handle[i] = wc.add_joint(px[i], py[i])
        i += 1

    i = 0
    while i < MAX_WHEELS:
        lo = handle[i]
        hi = handle[i + MAX_WHEELS]
        wc.add_muscle(lo, hi, False, 3.0, i * 0.25)
        if i + 1 < MAX_WHEELS:
            wc.add_muscle(lo, handle[i + 1], False, 2.0, i * 0.25 + 0.1)
            wc.add_muscle(hi, handle[i + MAX_WHEELS + 1], True, 0.0, 0.0)
            wc.add_muscle(hi, handle[i + 1], False, 2.5, i * 0.25 + 0.5)
        i += 1
    return wc.get_walker()
