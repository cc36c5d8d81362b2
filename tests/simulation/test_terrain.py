import numpy as np
import pytest

from simulation.body import build_body
from simulation.domains import get_domain
from simulation.evaluate import evaluate_walker
from simulation.outcome import Outcome
from simulation.physics import simulate
from simulation.terrain import HALF_LENGTH, KINDS, PAD, make_terrain
from tests.simulation.programs import muscle, rod, run_seed_program

PAD_X = np.linspace(-PAD + 0.1, PAD - 0.1, 50)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("difficulty", [0, 0.5, 1])
def test_every_terrain_is_a_closed_course_with_a_flat_start(kind, difficulty):
    terrain = make_terrain(f"{kind}:{difficulty}:3")
    ground = terrain.lines[0]
    assert (np.diff(ground[:, 0]) > 0).all()
    assert all(np.isfinite(line).all() for line in terrain.lines)
    assert np.ptp(terrain.height(PAD_X)) == 0
    ends = terrain.height(np.array([-HALF_LENGTH - 1, HALF_LENGTH + 1]))
    assert (ends - terrain.height(np.array([-HALF_LENGTH, HALF_LENGTH])) >= 59).all()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"flat", "tunnel"}))
def test_difficulty_makes_ground_rougher(kind):
    x = np.linspace(-100, 100, 4001)
    easy, hard = (np.ptp(make_terrain(f"{kind}:{d}:1").height(x)) for d in (0.2, 0.9))
    assert hard > easy


def test_a_tunnel_sinks_with_difficulty_and_stops_the_tall():
    runner = run_seed_program("runner")
    domain = get_domain("sodarace")
    high, low = (
        evaluate_walker(runner, domain, make_terrain(f"tunnel:{d}")).fitness for d in (0.2, 0.9)
    )
    assert high > 4 * low


def test_the_seed_decides_the_ground_and_nothing_else_does():
    one, same, other = (make_terrain(name) for name in ("bumpy:0.5:1", "bumpy:.5:1", "bumpy:0.5:2"))
    assert (one.lines[0] == same.lines[0]).all()
    assert (one.lines[0] != other.lines[0]).any()


def test_a_name_may_leave_out_difficulty_and_seed():
    bare = make_terrain("hills")
    assert (bare.kind, bare.difficulty, bare.rng_seed, bare.name) == ("hills", 0.5, 0, "hills")
    assert (bare.lines[0] == make_terrain("hills:0.5:0").lines[0]).all()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "with one of flat, bumpy"),
        ("swamp", "unknown terrain 'swamp'.*flat, bumpy, hills, sine, cubic, steps, wall_left"),
        ("bumpy:1:2:3", "use kind, kind:difficulty or kind:difficulty:seed"),
        ("bumpy:hard", "the difficulty 'hard' is no number"),
        ("bumpy:1.1", "from 0 to 1"),
        ("bumpy:nan", "from 0 to 1"),
        ("bumpy:0.5:x", "the seed 'x' is no number"),
        ("bumpy:0.5:-1", "whole number from 0"),
    ],
)
def test_a_wrong_name_says_what_is_right(name, words):
    with pytest.raises(ValueError, match=words):
        make_terrain(name)


def test_a_wall_turns_the_galloper_back():
    body = build_body(run_seed_program("galloper"))
    assert simulate(body, make_terrain("wall_right:0.9")).signed_distance < 20


def test_a_body_that_starts_inside_the_ceiling_does_not_fit():
    wide = {
        "joints": [[0, 0], [25, 12], [50, 0]],
        "muscles": [rod(0, 1), rod(1, 2), muscle(0, 2)],
    }
    tall = {"joints": [[0, 0], [0, 12], [50, 12]], "muscles": [rod(0, 1), muscle(1, 2)]}
    terrain, domain = make_terrain("tunnel:1"), get_domain("sodarace")
    assert evaluate_walker(wide, domain, terrain).outcome is Outcome.EVALUATED
    refused = evaluate_walker(tall, domain, terrain)
    assert refused.outcome is Outcome.BAD_BODY
    assert "50.0 wide and 12.0 tall" in refused.reason
