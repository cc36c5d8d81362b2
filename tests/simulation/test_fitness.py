import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.domains import get_domain
from simulation.evaluate import evaluate_walker
from simulation.fitness import FITNESSES, Flag, Walk, flags_in, flags_of, get_fitness, walk_of
from simulation.seeds import SEED_PROGRAMS
from simulation.terrain import make_terrain
from tests.simulation.programs import muscle, rod, run_seed_program

DOMAIN, FLAT = get_domain("sodarace"), make_terrain("flat")
length = st.floats(-200, 200)


def walk(first: float, second: float, airborne: float = 0.1) -> Walk:
    return Walk(first + second, first, second, airborne, rise=1.0)


@given(length, length)
def test_steady_distance_is_never_above_distance_nor_below_zero(first, second):
    one = walk(first, second)
    assert 0 <= one.steady <= one.distance + 1e-9


@given(length, length)
def test_a_walk_to_the_left_is_worth_the_same_but_for_its_sign(first, second):
    one, mirrored = walk(first, second), walk(-first, -second)
    assert (one.distance, one.steady) == (mirrored.distance, mirrored.steady)
    assert flags_of(one) == flags_of(mirrored)
    assert one.signed_distance == -mirrored.signed_distance


def test_an_even_walk_is_worth_its_distance_by_every_fitness():
    assert [fitness.of(walk(20, 20)) for fitness in FITNESSES.values()] == [40, 40, 40]


@pytest.mark.parametrize(
    ("one", "flags"),
    [
        (walk(20, 20), ()),
        (walk(12, 0.5), (Flag.FIRST_HALF,)),
        (walk(-12, -0.5), (Flag.FIRST_HALF,)),
        (walk(30, -10), (Flag.FIRST_HALF,)),
        (walk(1, 19), (Flag.SECOND_HALF,)),
        (walk(-4, 24), (Flag.SECOND_HALF,)),
        (walk(80, 80, airborne=0.75), (Flag.AIRBORNE,)),
        (walk(20, 0, airborne=0.75), (Flag.FIRST_HALF, Flag.AIRBORNE)),
        (walk(2, 0, airborne=0.9), ()),  # too short to be kept for it
    ],
)
def test_falls_and_leaps_are_flagged(one, flags):
    assert flags_of(one) == flags


@pytest.mark.parametrize("name", SEED_PROGRAMS)
def test_no_seed_program_is_flagged(name):
    details = evaluate_walker(run_seed_program(name), DOMAIN, FLAT).details
    assert flags_in(details) == ()
    assert details["distance"] == abs(details["signed_distance"])


def test_a_tower_that_topples_is_flagged_and_earns_little_steady_distance():
    """A tall body used to earn 12.8 u by falling over, and nothing said so."""
    joints = [[0, 0], [1, 0], [0, 9], [1, 9], [0.5, 18], [1.5, 27]]
    sides = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3), (1, 2), (2, 4), (3, 4), (4, 5), (3, 5)]
    # a muscle that barely moves, so that it is a walker at all
    tower = {"joints": joints, "muscles": [*(rod(*s) for s in sides), muscle(2, 5, 0.05)]}
    details = evaluate_walker(tower, DOMAIN, FLAT).details
    assert details["distance"] > 5
    assert details["steady"] < 0.3 * details["distance"]
    assert flags_in(details) == (Flag.SECOND_HALF,)  # it takes seven seconds to go over


def test_flags_of_any_terrain_count():
    good = dict(zip(("signed_distance", "first_half", "second_half", "airborne", "rise"),
                    (40.0, 20.0, 20.0, 0.1, 1.0), strict=True))  # fmt: skip
    fallen = good | {"signed_distance": 12.0, "first_half": 12.0, "second_half": 0.0}
    assert flags_in(good | {"terrains": [good, fallen]}) == (Flag.FIRST_HALF,)


def test_details_of_a_broken_run_tell_of_no_walk():
    assert walk_of({"signed_distance": None, "airborne": 0.1}) is None
    assert flags_in({}) == ()


def test_an_unknown_fitness_names_the_known():
    with pytest.raises(ValueError, match="use one of distance, signed_distance, steady"):
        get_fitness("speed")
