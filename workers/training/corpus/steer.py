"""Examples whose messages say what the edit does to the body: wider, lower, one joint fewer.

What people ask for by such words is rare among drawn edits (0.2 to 0.7 % each), and a model that
has seen too few of them obeys them no better than chance. So edits are given the rarest message
that is true of them, as counted over the examples so far.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random

from workers.training.corpus.generate import Example
from workers.training.corpus.probe import Shape, probe

PLAIN_SHARE = 0.2  # of edits without any such effect, or with one left unsaid
CLEARLY = 1.06  # times wider, taller, heavier


def steer(rng_seed: int, examples: Iterable[Example]) -> Iterator[Example]:
    """Yield the examples with telling messages; those with fewer than two such edits are left out.

    The same seed and examples give the same ones.
    """
    rng, counts = Random(rng_seed), Counter[str]()
    for example in examples:
        parent = probe(example.parent)
        if parent is None:
            continue
        edits = []
        for message, child in example.edits:
            shape = probe(child)
            told = shape and _told(rng, counts, effects(parent, shape))
            if told:
                edits.append((told, child))
            elif rng.random() < PLAIN_SHARE:
                edits.append((message, child))
        if len(edits) > 1:
            yield Example(example.family, example.parent, tuple(edits))


def _told(rng: Random, counts: Counter[str], true: list[str]) -> str:
    """Return the rarest message of those that are true, as somebody may have typed it."""
    if not true:
        return ""
    chosen = min(true, key=lambda message: (counts[message], message))
    counts[chosen] += 1
    if rng.random() < 0.15:
        chosen = chosen[0].lower() + chosen[1:]
    return chosen + "." * (rng.random() < 0.1)


def effects(old: Shape, new: Shape) -> list[str]:
    """Return every message of the list that is true of an edit from ``old`` to ``new``."""
    wide, tall = new.width / max(old.width, 0.1), new.height / max(old.height, 0.1)
    heavy = new.mass / max(old.mass, 0.1)
    joints, muscles = new.joints - old.joints, new.muscles - old.muscles
    told = {
        "Make the walker wider": wide > CLEARLY,
        "Make it longer": wide > CLEARLY,
        "Make the walker narrower": wide < 1 / CLEARLY,
        "Make it slimmer": wide < 1 / CLEARLY,
        "Make the walker taller": tall > CLEARLY,
        "Make it higher": tall > CLEARLY,
        "Make the walker lower": tall < 1 / CLEARLY,
        "Make the walker shorter": tall < 1 / CLEARLY,
        "Make the walker bigger": min(wide, tall) > CLEARLY,
        "Make the walker smaller": max(wide, tall) < 1 / CLEARLY,
        "Make the walker heavier": heavy > CLEARLY,
        "Make the walker lighter": heavy < 1 / CLEARLY,
        "Add a joint": joints == 1,
        "Add joints": joints > 1,
        "Remove a joint": joints == -1,
        "Use fewer joints": joints < 0,
        "Add a muscle": muscles == 1 and joints == 0,
        "Add muscles": muscles > 0 and joints == 0,
        "Remove a muscle": muscles == -1 and joints == 0,
        "Use fewer muscles": muscles < 0 and joints == 0,
    }
    return [message for message, is_true in told.items() if is_true]
