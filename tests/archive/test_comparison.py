"""Intervals of a comparison, against published examples, and what follows from them."""

import random

import pytest

from archive.comparison import Result, compare, rate_difference, wilson


def arm(rng: random.Random, runnable: float, new_cell: float, number: int = 400) -> list[Result]:
    return [
        Result(True, rng.random() < runnable, True, new := rng.random() < new_cell, 2.0 * new)
        for _ in range(number)
    ]


def test_wilson_agrees_with_newcombes_table():
    """Newcombe 1998 (one proportion), table I, method 3."""
    assert wilson(81, 263) == pytest.approx((0.3080, 0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20)[1:] == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_the_difference_agrees_with_newcombes_table():
    """Newcombe 1998 (two proportions), table II, method 10: 56/70 against 48/80."""
    found = rate_difference(wilson(48, 80), wilson(56, 70))
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_a_better_arm_is_promoted():
    rng = random.Random(1)
    result = compare(arm(rng, 0.5, 0.1), arm(rng, 0.8, 0.25))
    assert result["promote"]
    better = {row["metric"]: row["better"] for row in result["rows"]}
    assert better["runnable"]
    assert better["new_cells"]
    assert "better: " in result["verdict"]


def test_a_worse_arm_is_not():
    rng = random.Random(2)
    result = compare(arm(rng, 0.8, 0.25), arm(rng, 0.5, 0.1))
    assert not result["promote"]
    assert "worse" in result["verdict"]


def test_better_in_one_and_worse_in_another_changes_nothing():
    rng = random.Random(3)
    result = compare(arm(rng, 0.5, 0.4), arm(rng, 0.9, 0.1))
    assert not result["promote"]
    assert result["verdict"].startswith("Better: runnable; worse: ")


def test_equal_arms_are_promoted_seldom():
    rng = random.Random(4)
    promoted = sum(
        compare(arm(rng, 0.8, 0.1, 200), arm(rng, 0.8, 0.1, 200), rng_seed=n)["promote"]
        for n in range(30)
    )
    assert promoted <= 7  # 2.5 % for each of three that count: about 2 expected


def test_few_children_seldom_show_a_difference_that_is_none():
    rng = random.Random(6)
    results = [
        compare(arm(rng, 0.8, 0.1, 32), arm(rng, 0.8, 0.1, 32), rng_seed=n) for n in range(60)
    ]
    judged = [row for r in results for row in r["rows"] if row["metric"] == "new_cells"]
    assert sum(row["better"] is not None for row in judged) <= 10  # 1 in 20: about 3 expected
    thin = [row for row in judged if row["difference"][1] == row["difference"][2]]
    assert all(row["base"][0] == row["tuned"][0] == 0.0 for row in thin)  # no new cell at all


def test_the_same_children_give_the_same_intervals():
    rng = random.Random(5)
    a, b = arm(rng, 0.7, 0.2), arm(rng, 0.7, 0.2)
    assert compare(a, b, rng_seed=7) == compare(a, b, rng_seed=7)
