"""Accepted diffs as data: repeats, the split by parent, weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.training.harvest import Edit, split, weighed

programs = st.sampled_from([f"program {n}" for n in range(12)])
edits = st.lists(
    st.builds(Edit, parent=programs, message=st.just("m"), child=programs, gain=st.floats(0, 1e6)),
    max_size=60,
)
parted = edits.filter(lambda es: len({e.parent for e in es}) > 1)


@given(parted, st.floats(0.05, 0.5), st.integers(0, 99))
def test_no_training_edit_shows_a_held_out_parent(edits, held_out, rng_seed):
    found = split(edits, held_out=held_out, rng_seed=rng_seed)
    hidden = {e.parent for e in found.validation}
    assert hidden
    assert not hidden & {e.parent for e in found.training}
    assert not hidden & {e.child for e in found.training}


@given(parted, st.integers(0, 99))
def test_every_edit_is_learnt_validated_repeated_or_leaking(edits, rng_seed):
    found = split(edits, held_out=0.2, rng_seed=rng_seed)
    kept = len(found.training) + len(found.validation) + found.leaking + found.duplicates
    assert kept == len(edits)


@given(parted, st.randoms())
def test_the_split_does_not_hang_on_the_order(edits, random):
    other = list(edits)
    random.shuffle(other)
    hidden = [
        {e.parent for e in split(es, held_out=0.3, rng_seed=5).validation} for es in (edits, other)
    ]
    assert hidden[0] == hidden[1]


@given(edits.filter(bool), st.sampled_from(["equal", "gain"]))
def test_weights_have_the_mean_one(edits, weighting):
    weights = [e.weight for e in weighed(edits, weighting)]
    assert sum(weights) / len(weights) == pytest.approx(1.0)
    assert max(weights) <= 16.001 * min(weights)


def test_a_larger_gain_weighs_more_only_when_asked():
    edits = [Edit("p", "m", "c", gain=1.0), Edit("p", "m", "d", gain=4.0)]
    assert [e.weight for e in weighed(edits, "gain")] == pytest.approx([2 / 3, 4 / 3])
    assert [e.weight for e in weighed(edits, "equal")] == [1.0, 1.0]
