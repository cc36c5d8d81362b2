import math

from walk_creator import walker_creator

AXIOM = "F"
RULES = {"F": "F[+F]F"}
GENERATIONS = 2


def expand(text, times):
    for _ in range(times):
        text = "".join(RULES.get(c, c) for c in text)
    return text


def make_walker():
    wc = walker_creator()
    x, y, heading = 0.0, 2.0, 0.1
    here = wc.add_joint(x, y)
    saved, older = [], None
    for n, c in enumerate(expand(AXIOM, GENERATIONS)):
        if c == "F":
            x += 2.6 * math.cos(heading)
            y += 2.6 * math.sin(heading)
            there = wc.add_joint(x, y)
            wc.add_muscle(here, there)
            if older is not None:
                wc.add_muscle(older, there, False, 6, 0.07 * n)
            older, here = here, there
        elif c == "+":
            heading -= 1.1
        elif c == "[":
            saved.append((x, y, heading, here, older))
        elif c == "]":
            x, y, heading, here, older = saved.pop()
    return wc.get_walker()
