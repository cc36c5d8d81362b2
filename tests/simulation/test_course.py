import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.course import Course, make_course
from simulation.domains import get_domain
from simulation.evaluate import evaluate_walker
from simulation.outcome import Outcome
from simulation.polyline import spec_of
from simulation.terrain import make_terrain
from tests.simulation.programs import muscle, rod, run_seed_program

DOMAIN = get_domain("sodarace")
HILL = spec_of("hill", ((-30, 0), (30, 0), (40, 5)))
TWO = ("flat", HILL)


@pytest.fixture(scope="module")
def galloper() -> dict:
    return run_seed_program("galloper")


def alone(walker: dict, spec: str):
    return evaluate_walker(walker, DOMAIN, make_terrain(spec))


def test_a_course_of_one_terrain_is_that_terrain(galloper):
    one, same = alone(galloper, HILL), evaluate_walker(galloper, DOMAIN, make_course((HILL,)))
    assert (one.fitness, one.trajectory_hash) == (same.fitness, same.trajectory_hash)
    assert one.details == same.details
    assert one.reason == same.reason


@pytest.mark.parametrize(("over", "of"), [("mean", lambda a, b: (a + b) / 2), ("min", min)])
def test_fitness_over_terrains_is_mean_or_minimum(galloper, over, of):
    both = evaluate_walker(galloper, DOMAIN, make_course(TWO, over))
    parts = [alone(galloper, spec) for spec in TWO]
    assert both.fitness == pytest.approx(of(*(part.fitness for part in parts)))
    rows = both.details["terrains"]
    assert [row["terrain"] for row in rows] == ["flat", "hill"]
    assert [row["trajectory_hash"] for row in rows] == [part.trajectory_hash for part in parts]
    assert [row["rise"] for row in rows] == [part.details["rise"] for part in parts]
    assert both.trajectory_hash not in [part.trajectory_hash for part in parts]
    json.dumps(both.details, allow_nan=False)


def test_the_figures_of_a_minimum_are_those_of_the_terrain_that_decides(galloper):
    worst = evaluate_walker(galloper, DOMAIN, make_course(TWO, "min"))
    decides = min(worst.details["terrains"], key=lambda row: row["fitness"])
    assert worst.details["steady"] == decides["steady"]


def test_another_fitness_decides_and_all_figures_are_kept(galloper):
    steady = evaluate_walker(galloper, DOMAIN, make_course(("flat",), fitness="steady"))
    assert steady.fitness == steady.details["steady"]
    assert steady.details["distance"] == alone(galloper, "flat").fitness
    assert "steady distance is" in steady.reason


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_a_total_lies_between_the_worst_and_the_best(fitnesses):
    for over in ("mean", "min"):
        total = Course((), over).total(fitnesses)
        assert min(fitnesses) - 1e-9 <= total <= max(fitnesses) + 1e-9


def test_a_walker_that_does_not_fit_on_one_terrain_is_refused_on_all():
    tall = {"joints": [[0, 0], [0, 12], [50, 12]], "muscles": [rod(0, 1), muscle(1, 2)]}
    refused = evaluate_walker(tall, DOMAIN, make_course(("flat", "tunnel:1")))
    assert refused.outcome is Outcome.BAD_BODY
    assert "on the terrain tunnel:1" in refused.reason


def test_a_course_goes_to_another_process_whole(galloper):
    course = make_course(TWO, "min", "steady")
    there = pickle.loads(pickle.dumps(course))
    assert evaluate_walker(galloper, DOMAIN, there).trajectory_hash == (
        evaluate_walker(galloper, DOMAIN, course).trajectory_hash
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "1 to 8 terrains, got 0"),
        (tuple(f"hills:0.{n}" for n in range(9)), "1 to 8 terrains, got 9"),
        (("flat", "flat"), "there twice"),
        (("swamp",), "unknown terrain 'swamp'"),
    ],
)
def test_wrong_terrains_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        make_course(arguments)
