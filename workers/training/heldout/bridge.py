from walk_creator import walker_creator

SPAN = 14
PILLARS = [0, 7, 14]


def deck_height(x):
    # the deck is highest in the middle
    return 6 - 0.06 * (x - SPAN / 2) ** 2


def make_walker():
    wc = walker_creator()
    deck = {}
    for x in range(0, SPAN + 1, 2):
        deck[x] = wc.add_joint(x, deck_height(x))
    for x in range(0, SPAN, 2):
        wc.add_muscle(deck[x], deck[x + 2])
    for number, x in enumerate(PILLARS):
        foot = wc.add_joint(x, 0)
        near = min(deck, key=lambda d: abs(d - x))
        wc.add_muscle(deck[near], foot)
        if near >= 2:
            wc.add_muscle(deck[near - 2], foot, False, 3.0, number / 3)
        if near <= SPAN - 2:
            wc.add_muscle(deck[near + 2], foot, False, 3.0, number / 3 + 0.5)
    return wc.get_walker()
