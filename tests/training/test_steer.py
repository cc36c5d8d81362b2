"""Messages that say what an edit does to the body are true, and the rare ones are not rare."""

from collections import Counter

from workers.training.corpus import generate, steer
from workers.training.corpus.probe import probe

EXAMPLES = list(generate.draw_examples(11, 40))


def test_every_telling_message_is_true_of_its_edit():
    told = 0
    for example in steer.steer(3, EXAMPLES):
        old = probe(example.parent)
        for message, child in example.edits:
            text = message.removesuffix(".")
            text = text[0].upper() + text[1:]
            if text in steer.effects(old, old) or text not in ALL:
                continue
            told += 1
            assert text in steer.effects(old, probe(child)), (message, child)
    assert told > 60


def test_the_same_seed_steers_alike_and_directions_are_balanced():
    first, again = (list(steer.steer(3, EXAMPLES)) for _ in range(2))
    assert first == again
    texts = Counter(m.lower().removesuffix(".") for e in first for m, _ in e.edits)
    narrower, wider = texts["make the walker narrower"], texts["make the walker wider"]
    assert 0.4 < (narrower + 1) / (wider + 1) < 2.5


def test_no_effect_has_no_message():
    shape = probe(EXAMPLES[0].parent)
    assert steer.effects(shape, shape) == []


ALL = {
    "Make the walker wider", "Make it longer", "Make the walker narrower", "Make it slimmer",
    "Make the walker taller", "Make it higher", "Make the walker lower", "Make the walker shorter",
    "Make the walker bigger", "Make the walker smaller", "Make the walker heavier",
    "Make the walker lighter", "Use fewer joints", "Use fewer muscles",
}  # fmt: skip
