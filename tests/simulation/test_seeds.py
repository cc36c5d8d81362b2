import pytest

from simulation.body import build_body
from simulation.domains import get_domain
from simulation.evaluate import evaluate_walker
from simulation.outcome import Outcome
from simulation.seeds import SEED_PROGRAMS
from simulation.terrain import make_terrain
from tests.simulation.programs import run_seed_program

DOMAIN = get_domain("sodarace")
STARTS = [name for name, seed in SEED_PROGRAMS.items() if not seed.is_gallery]


@pytest.fixture(scope="module")
def evaluations():
    flat = make_terrain("flat")
    return {name: evaluate_walker(run_seed_program(name), DOMAIN, flat) for name in SEED_PROGRAMS}


def test_the_papers_four_are_where_evolution_starts():
    assert STARTS == ["square", "radial", "cppn_fixed", "cppn_mutable"]


@pytest.mark.parametrize("name", SEED_PROGRAMS)
def test_a_seed_program_walks_in_both_halves_of_its_run(name, evaluations):
    """Falling over would spend itself in the first half."""
    evaluation = evaluations[name]
    assert evaluation.outcome is Outcome.EVALUATED
    assert evaluation.fitness >= 5
    first, second = evaluation.details["first_half"], evaluation.details["second_half"]
    assert first * second > 0
    assert min(abs(first), abs(second)) > evaluation.fitness / 3


@pytest.mark.parametrize("name", STARTS)
def test_a_start_leaves_room_to_improve(name, evaluations):
    assert evaluations[name].fitness <= 25


@pytest.mark.parametrize("name", SEED_PROGRAMS)
def test_a_seed_program_lies_inside_the_map(name, evaluations):
    for axis, x in zip(DOMAIN.axes, evaluations[name].measures, strict=True):
        cell = int((x - axis.low) / (axis.high - axis.low) * axis.bins)
        assert 0 < cell < axis.bins - 1, axis.name
    assert not evaluations[name].clipped


@pytest.mark.parametrize("name", SEED_PROGRAMS)
def test_a_seed_program_is_short_enough_for_a_small_model(name):
    source = SEED_PROGRAMS[name].source
    assert len(source) < 1200
    assert len(source.splitlines()) < 45


def test_the_radial_ring_closes_on_its_own_first_joint():
    notes = build_body(run_seed_program("radial")).notes
    assert "1 joint closer than 0.3 was welded" in notes


def test_both_lattices_have_the_published_graph():
    for name in ("cppn_fixed", "cppn_mutable"):
        walker = run_seed_program(name)
        assert (len(walker["joints"]), len(walker["muscles"])) == (24, 96)
        assert len(build_body(walker).a) == 75
