from walk_creator import walker_creator

SIZES = (5, 4, 3, 2)


def make_walker():
    wc = walker_creator()
    layers = []
    for level, size in enumerate(SIZES):
        layer = []
        for n in range(size):
            layer.append(wc.add_joint(2.4 * n + 1.2 * level, 2 * level))
        layers.append(layer)
    for layer in layers:
        for left, right in zip(layer[:-1], layer[1:]):
            wc.add_muscle(left, right)
    for level in range(len(layers) - 1):
        lower, upper = layers[level], layers[level + 1]
        for n in range(len(upper)):
            wc.add_muscle(lower[n], upper[n], False, 2.0 + level, 0.2 * n)
            wc.add_muscle(lower[n + 1], upper[n])
    return wc.get_walker()
