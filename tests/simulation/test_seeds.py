import numpy as np
import pytest

from simulation.body import build_body
from simulation.domains import get_domain
from simulation.evaluate import evaluate_walker
from simulation.outcome import Outcome
from simulation.physics import simulate
from simulation.seeds import SEED_PROGRAMS
from simulation.terrain import make_terrain
from tests.simulation.programs import run_seed_program

DOMAIN = get_domain("sodarace")
STARTS = [name for name, seed in SEED_PROGRAMS.items() if not seed.is_gallery]
GALLERY = [name for name, seed in SEED_PROGRAMS.items() if seed.is_gallery]


@pytest.fixture(scope="module")
def evaluations():
    """Of each program on the terrain that it is shown on."""
    return {
        name: evaluate_walker(run_seed_program(name), DOMAIN, make_terrain(seed.terrain))
        for name, seed in SEED_PROGRAMS.items()
    }


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


def test_the_gallery_shows_many_gaits_on_many_terrains():
    kinds = {SEED_PROGRAMS[name].terrain.split(":")[0] for name in GALLERY}
    assert len(GALLERY) >= 8
    assert len(kinds) >= 6


@pytest.mark.parametrize("name", GALLERY)
def test_nobody_in_the_gallery_cheats(name, evaluations):
    """Neither by falling over (it would end in the first half) nor by flying."""
    details = evaluations[name].details
    first, second = details["first_half"], details["second_half"]
    assert details["signed_distance"] > 20
    assert second >= 0.7 * first > 0
    assert details["airborne"] < 0.5


def turns_of(name):
    """How often a walker turned over on its terrain, forwards."""
    body = build_body(run_seed_program(name))
    trajectory = simulate(body, make_terrain(SEED_PROGRAMS[name].terrain))
    frames = trajectory.frames[trajectory.settle_frames :]
    rel = frames - (frames * body.masses[:, None]).sum(axis=1, keepdims=True) / body.mass
    turned = rel[:-1, :, 0] * rel[1:, :, 1] - rel[:-1, :, 1] * rel[1:, :, 0]
    angles = np.arctan2(turned @ body.masses, (rel[1:] * rel[:-1]).sum(axis=2) @ body.masses)
    return -angles.sum() / (2 * np.pi), np.abs(angles.cumsum()).max() / (2 * np.pi)


@pytest.mark.parametrize("name", GALLERY)
def test_those_called_wheels_roll_and_all_others_stay_upright(name):
    turns, tilt = turns_of(name)
    if name in ("wheel", "cartwheel"):
        assert turns > 1.3
    else:
        assert tilt < 0.2


def test_the_gallery_hops_and_crawls_as_its_names_say(evaluations):
    airborne = {name: evaluations[name].details["airborne"] for name in GALLERY}
    assert airborne["kangaroo"] > 0.3
    assert airborne["hound"] > 0.3
    assert max(airborne[name] for name in ("inchworm", "spider", "centipede")) < 0.05
    assert evaluations["inchworm"].measures[0] < 4  # low enough for its tunnel


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
