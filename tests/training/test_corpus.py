"""The corpus: programs that run, edits that change the body, the same ones for the same seed."""

from random import Random

import pytest

from simulation.body import Body, build_body
from workers.mutation.prompt import split_source
from workers.training.corpus import families, generate
from workers.training.corpus.generate import Example
from workers.training.corpus.probe import probe, run
from workers.training.corpus.restyle import restyle
from workers.training.validity import HELD_OUT


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(generate.draw_examples(3, 25))


def test_every_parent_and_child_builds_a_body_and_the_bodies_differ(examples):
    for example in examples:
        parent = build_body(run(example.parent))
        assert isinstance(parent, Body), example.parent
        for _, source in example.edits:
            child = build_body(run(source))
            assert isinstance(child, Body), source
            assert max(child.width, child.height) <= 60
            assert child.body_hash != parent.body_hash


def test_the_same_seed_draws_the_same_examples(examples):
    assert list(generate.draw_examples(3, 3)) == examples[:3]


def test_the_papers_messages_are_frequent(examples):
    messages = [message for e in examples for message, _ in e.edits]
    paper = [m for m in messages if m.endswith("make walker function.")]
    assert len(paper) > 0.2 * len(messages)
    assert len({m for m in messages if m not in paper}) > 20


@pytest.mark.parametrize("family", [f for f, _ in families.FAMILIES] + list(families.HELD_OUT))
def test_every_family_gives_walkers_in_any_style(family):
    rng = Random(1)
    for _ in range(4):
        source = family(rng)
        shape = probe(source)
        assert shape is not None, source
        other = restyle(rng, source)
        restyled = probe(other)
        # a restyling that breaks a program is dropped by the generator; it is never a different one
        assert restyled is None or restyled.signature == shape.signature, other


def test_programs_fit_the_model(examples):
    assert all(len(split_source(e.parent)) <= 128 for e in examples)


def test_held_out_programs_never_occur_in_the_corpus(examples):
    held_out = {path.read_text() for path in HELD_OUT.glob("*.py")}
    assert not held_out & {e.parent for e in examples}
    assert not set(families.HELD_OUT) & {f for f, _ in families.FAMILIES}


def test_an_endless_program_is_stopped():
    assert run("def make_walker():\n    while True:\n        pass\n") is None
