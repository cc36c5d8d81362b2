"""Programs as different people write them: they run, move, and survive restyling."""

from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from workers.training.corpus import families, generate, styles
from workers.training.corpus.probe import probe
from workers.training.corpus.restyle import restyle, unrenamable
from workers.training.validity import HELD_OUT

EXAMPLES = list(generate.draw_examples(3, 40, styles.BROAD))
UNSEEN = HELD_OUT.parent / "unseen"


@pytest.mark.parametrize("family", [f for f, _ in styles.BROAD])
def test_every_family_gives_walkers_in_any_style(family):
    rng = Random(1)
    sources = set()
    for _ in range(6):
        source = family(rng)
        sources.add(source)
        shape = probe(source)
        assert shape is not None, source
        assert shape.active > 0
        other = restyle(rng, source, unrenamable(source))
        restyled = probe(other)
        # a restyling that breaks a program is dropped by the generator; it is never a different one
        assert restyled is None or restyled.signature == shape.signature, other
    assert len(sources) == 6


def test_families_have_names_of_their_own():
    names = [f.__name__ for f, _ in (*styles.BROAD, *families.FAMILIES)]
    names += [f.__name__ for f in families.HELD_OUT]
    assert len(set(names)) == len(names)
    assert len(styles.BROAD) >= 40


def test_the_same_seed_draws_the_same_examples():
    assert list(generate.draw_examples(3, 4, styles.BROAD)) == EXAMPLES[:4]


def test_children_build_another_body_than_their_parents():
    for example in EXAMPLES:
        parent = probe(example.parent)
        assert parent is not None
        for _, source in example.edits:
            child = probe(source)
            assert child is not None
            assert child.signature != parent.signature


def test_no_held_out_program_occurs():
    def digest(text: str) -> str:
        return sha256(text.strip().encode()).hexdigest()

    kept: list[Path] = [*HELD_OUT.glob("**/*.py"), *UNSEEN.glob("**/*.py")]
    held_out = {digest(path.read_text()) for path in kept}
    drawn = {digest(s) for e in EXAMPLES for s in (e.parent, *(c for _, c in e.edits))}
    assert held_out
    assert not held_out & drawn
