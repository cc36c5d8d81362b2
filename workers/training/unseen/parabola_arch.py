from walk_creator import walker_creator


def arch(x, span, rise):
    """Height of a parabolic arch over the ground."""
    return 4 * rise * x * (span - x) / span ** 2


def make_walker():
    wc = walker_creator()
    span, rise, thick = 14, 6, 2.5
    n = 6
    inner = []
    outer = []
    for k in range(n + 1):
        x = span * k / n
        inner.append(wc.add_joint(x, arch(x, span, rise)))
        outer.append(wc.add_joint(1.3 * (x - span / 2) + span / 2, arch(x, span, rise + thick)))
    for k in range(n + 1):
        wc.add_muscle(inner[k], outer[k])
    for k in range(n):
        bend = 5 if k in (1, 2, 4) else 0
        wc.add_muscle(inner[k], inner[k + 1], bend == 0, bend, k / n)
        wc.add_muscle(outer[k], outer[k + 1], bend == 0, bend, k / n + 0.5)
        wc.add_muscle(inner[k], outer[k + 1])
    wc.add_muscle(inner[0], inner[-1], False, 9, 0.3)
    return wc.get_walker()
