"""The grid: one cell for every finite point, the same cell as pyribs says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ribs.archives import GridArchive

from archive.grid import Candidate, GridSpec, Placement, fold, place

SODARACE = GridSpec(bins=(12, 12, 12), low=(0, 0, 0), high=(30, 30, 240))
finite = st.floats(allow_nan=False, allow_infinity=False)
points = st.tuples(finite, finite, finite)
candidates = st.lists(
    st.tuples(st.integers(0, 5), st.floats(0, 1e6)).map(lambda p: p), max_size=40
).map(lambda rows: [Candidate(seq, *row) for seq, row in enumerate(rows)])


@given(points)
def test_every_finite_point_has_exactly_one_cell(measures):
    index = SODARACE.index_of(measures)
    assert 0 <= index < SODARACE.cells
    assert SODARACE.cell_at(index) == SODARACE.cell_of(measures)


@given(st.lists(st.tuples(*[st.floats(-10, 300)] * 3), min_size=1, max_size=50))
def test_index_equals_pyribs(measures):
    oracle = GridArchive(
        solution_dim=0, dims=SODARACE.bins, ranges=[(0, 30), (0, 30), (0, 240)], dtype=np.float64
    )
    ours = [SODARACE.index_of(point) for point in measures]
    assert ours == oracle.index_of(np.array(measures)).tolist()


@pytest.mark.parametrize("edge", [i * 2.5 for i in range(13)])
def test_a_lower_edge_belongs_to_its_own_cell_as_in_pyribs(edge):
    oracle = GridArchive(solution_dim=0, dims=(12,), ranges=[(0, 30)], dtype=np.float64)
    axis = GridSpec(bins=(12,), low=(0,), high=(30,))
    for x in (edge, math.nextafter(edge, -1), math.nextafter(edge, 99)):
        assert axis.index_of((x,)) == oracle.index_of_single([x])


def test_measures_that_are_not_finite_are_refused_with_the_reason():
    with pytest.raises(ValueError, match="finite"):
        SODARACE.cell_of((1.0, math.nan, 1.0))


def test_a_wrong_number_of_measures_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="expected 3 measures"):
        SODARACE.cell_of((1.0, 2.0))


@given(candidates)
def test_placing_never_lowers_a_cell_and_gains_add_up_to_the_qd_score(history):
    cells = {}
    gains = 0.0
    for candidate in history:
        before = cells[candidate.index].fitness if candidate.index in cells else -1.0
        placement, gain = place(cells, candidate)
        gains += gain
        assert cells[candidate.index].fitness >= before
        assert (placement is Placement.REJECTED) == (candidate.fitness <= before)
    assert gains == pytest.approx(sum(held.fitness for held in cells.values()))


@given(candidates, st.randoms())
def test_the_elites_fitness_does_not_depend_on_the_order_of_arrival(history, random):
    shuffled = list(history)
    random.shuffle(shuffled)
    in_order, out_of_order = fold(history), fold(shuffled)
    assert {i: h.fitness for i, h in in_order.items()} == {
        i: h.fitness for i, h in out_of_order.items()
    }


def test_an_equal_fitness_does_not_take_a_cell():
    cells = fold([Candidate(0, 3, 1.0), Candidate(1, 3, 1.0)])
    assert (cells[3].seq, cells[3].visits) == (0, 2)


def test_a_fitness_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="finite"):
        place({}, Candidate(0, 0, math.nan))
