"""Intervals and comparisons, against values from textbooks and worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.benchmark.rates import chance_of_difference, wilson


@pytest.mark.parametrize(
    ("solved", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (0, 20, 0.0, 0.1611),  # the same
        (1, 29, 0.0061, 0.1718),  # the same
        (10, 10, 0.7225, 1.0),
    ],
)
def test_intervals_are_wilsons(solved, trials, low, high):
    assert wilson(solved, trials) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_in_its_interval(counts):
    solved, trials = counts
    low, high = wilson(solved, trials)
    assert 0 <= low <= solved / trials <= high <= 1


@pytest.mark.parametrize(("solved", "trials"), [(1, 0), (0, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(solved, trials):
    with pytest.raises(ValueError, match="trials"):
        wilson(solved, trials)


@pytest.mark.parametrize(
    ("a", "b", "chance"),
    [
        (0, 0, 1.0),
        (0, 1, 1.0),
        (0, 4, 2 / 16),
        (1, 5, 2 * 7 / 64),
        (3, 3, 1.0),
        (440, 440, 1.0),
    ],
)
def test_the_chance_of_a_difference_is_that_of_fair_coins(a, b, chance):
    assert chance_of_difference(a, b) == pytest.approx(chance)
    assert chance_of_difference(b, a) == pytest.approx(chance)


def test_rates_far_apart_are_told_apart():
    assert chance_of_difference(440, 600) < 1e-5
    assert chance_of_difference(440, 470) > 0.1
