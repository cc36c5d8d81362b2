"""Programs as different people write them: they run, move, and survive restyling."""

import json
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from workers.training.corpus import edits_broad, families, generate, messages, styles
from workers.training.corpus.generate import Example
from workers.training.corpus.probe import probe
from workers.training.corpus.restyle import restyle, unrenamable
from workers.training.validity import HELD_OUT


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(generate.draw_examples(3, 40, styles.BROAD))


PROGRAMS = [
    program
    for _, program in filter(
        None, (generate.draw_parent(Random(n), styles.BROAD) for n in range(150))
    )
]
UNSEEN = HELD_OUT.parent / "unseen"
PLAIN_HASH = "45d8c93e1e290938e6a67161ddfea14657e3123279b7fd583e64987164904e7c"


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


def test_the_same_seed_draws_the_same_examples(examples):
    assert list(generate.draw_examples(3, 4, styles.BROAD)) == examples[:4]


def test_children_build_another_body_unless_their_message_says_that_they_tidy_up(examples):
    tidy = {m.lower() for *_, messages in edits_broad.TIDYING for m in messages}
    kept = 0
    for example in examples:
        parent = probe(example.parent)
        assert parent is not None
        for message, source in example.edits:
            child = probe(source)
            assert child is not None
            if child.signature == parent.signature:
                kept += 1
                assert message.rstrip(".").lower() in tidy
                assert source != example.parent
    assert 0 < kept < 0.15 * sum(len(e.edits) for e in examples)


@pytest.mark.parametrize("row", [*edits_broad.EDITS_BROAD, *edits_broad.TIDYING])
def test_every_operator_finds_programs_that_it_can_edit(row):
    operator, *_, messages = row
    rng = Random(5)
    made = [operator(rng, program) for program in PROGRAMS]
    valid = [probe(source) for source in made if source]
    assert sum(shape is not None for shape in valid) >= 0.3 * len(valid) > 0
    assert len(messages) > 1


def test_tidying_keeps_the_body():
    rng = Random(6)
    for operator, *_ in edits_broad.TIDYING:
        for program in PROGRAMS[::3]:
            source = operator(rng, program)
            shape = probe(source) if source else None
            assert shape is None or shape.signature == program.shape.signature


def test_the_plain_corpus_knows_none_of_it():
    assert not {row[0] for row in edits_broad.EDITS_BROAD} & set(messages.PLAIN.names)
    text = json.dumps([[e.family, e.parent, e.edits] for e in generate.draw_examples(1000, 12)])
    # a model was trained on this corpus: the same seed must draw it for ever
    assert sha256(text.encode()).hexdigest() == PLAIN_HASH


def test_no_held_out_program_occurs(examples):
    def digest(text: str) -> str:
        return sha256(text.strip().encode()).hexdigest()

    kept: list[Path] = [*HELD_OUT.glob("**/*.py"), *UNSEEN.glob("**/*.py")]
    held_out = {digest(path.read_text()) for path in kept}
    drawn = {digest(s) for e in examples for s in (e.parent, *(c for _, c in e.edits))}
    assert held_out
    assert not held_out & drawn
