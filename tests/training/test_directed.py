"""Edits made for an effect: they have it, all effects come about as often, and draws repeat."""

from collections import Counter

import pytest

from simulation.sandbox import Sandbox
from simulation.seeds import SEED_PROGRAMS
from workers.mutation.gate import check
from workers.mutation.operator import MutationRequest, Proposal
from workers.training import practice
from workers.training.corpus import directed
from workers.training.corpus.directed import EFFECTS
from workers.training.corpus.generate import Example
from workers.training.corpus.probe import probe
from workers.training.corpus.program import Program


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(directed.draw_directed(11, 40))


EFFECTS_OF = {
    text.lower(): [e for e in EFFECTS.values() if text in e.messages]
    for effect in EFFECTS.values()
    for text in effect.messages
}


def test_every_telling_message_is_true_of_its_edit(examples):
    told = 0
    for example in examples:
        old = probe(example.parent)
        for message, child in example.edits:
            possible = EFFECTS_OF.get(message.lower().removesuffix("."))
            if possible:
                told += 1
                assert any(e.holds(old, probe(child)) for e in possible), (message, child)
    assert told > 150


def test_opposite_effects_come_about_as_often(examples):
    told = Counter(m.lower().removesuffix(".") for e in examples for m, _ in e.edits)
    for one, other in (("wider", "narrower"), ("taller", "lower"), ("heavier", "lighter")):
        a, b = (sum(told[m.lower()] for m in EFFECTS[name].messages) for name in (one, other))
        assert 0.5 < a / b < 2


def test_the_same_seed_gives_the_same_examples():
    assert list(directed.draw_directed(5, 3)) == list(directed.draw_directed(5, 3))


@pytest.mark.parametrize("name", ["square", "radial"])
def test_scaling_coordinates_scales_the_body_along_that_axis_alone(name):
    from random import Random

    program = Program.read(SEED_PROGRAMS[name].source)
    child = probe(directed.scaled(Random(1), program, (0,), 2))
    assert child.width == pytest.approx(2 * program.shape.width, rel=0.05)
    assert child.height == pytest.approx(program.shape.height, rel=0.01)


class Half:
    """An operator that doubles every number of the parent, or changes nothing that shows."""

    name = version = "half"

    def propose(self, requests: list[MutationRequest], *, rng_seed: int) -> list[list[Proposal]]:
        return [[self._child(r, n + rng_seed) for n in range(r.children)] for r in requests]

    def _child(self, request: MutationRequest, number: int) -> Proposal:
        source = request.parent.rstrip() + f"\n# {number}\n"
        if number % 2:
            source = source.replace("10", "20")
        outcome, reason = check(request.parent, source)
        return Proposal(outcome, reason, source, "", "", "", 1, 0.0, 0, 0.0, 1)


def test_practice_keeps_only_edits_that_change_the_body_and_obey():
    with Sandbox() as sandbox:
        for example in practice.practise(Half(), sandbox, 3, 3):
            old = practice.figures_of(sandbox, example.parent)
            for message, child in example.edits:
                new = practice.figures_of(sandbox, child)
                assert new.body != old.body
                possible = EFFECTS_OF.get(message.lower().removesuffix("."), [])
                assert not possible or any(e.holds(old, new) for e in possible)
