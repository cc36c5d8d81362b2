import math
import time
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.body import MAX_MASS, MAX_SIZE, OMEGA, WELD_DISTANCE, BadBody, Body, build_body
from simulation.domains import get_domain
from simulation.evaluate import evaluate_walker
from simulation.outcome import Outcome
from simulation.terrain import make_terrain
from tests.simulation.programs import muscle, random_walker, rod, square

FLAT = make_terrain("flat")


def body_of(joints: list, muscles: list) -> Body:
    body = build_body({"joints": joints, "muscles": muscles})
    assert isinstance(body, Body), body
    return body


def refusal_of(joints: list, muscles: list) -> BadBody:
    bad = build_body({"joints": joints, "muscles": muscles})
    assert isinstance(bad, BadBody)
    return bad


# --- what is put right -------------------------------------------------------------------------


def test_close_joints_become_the_first_of_them():
    body = body_of([[0, 0], [5, 0], [0.1, 0.2], [0.2, 0]], [muscle(2, 1), rod(3, 2)])
    assert body.positions.tolist() == [[0, 0], [5, 0]]
    assert body.notes == (
        "2 joints closer than 0.3 were welded",
        "1 spring from a joint to itself was dropped",
    )


def test_welding_does_not_run_along_a_chain():
    xs = [0.0, 0.2, 0.4, 0.6]
    body = body_of([[x, 0.0] for x in xs] + [[9.0, 0.0]], [muscle(k, 4) for k in range(4)])
    assert body.positions[:, 0].tolist() == [0.0, 0.4, 9.0]


def test_of_repeated_springs_the_first_counts():
    body = body_of([[0, 0], [5, 0]], [muscle(0, 1, 4.0, 0.25), rod(1, 0), muscle(0, 1, 9.0)])
    assert body.phase.tolist() == [0.25]
    assert body.notes == ("2 repeated springs were dropped",)


def test_joints_without_springs_and_springs_without_joints_are_dropped():
    body = body_of([[0, 0], [90, 90], [5, 0]], [muscle(0, 2), muscle(0, 7), muscle(-1, 2)])
    assert (len(body.positions), len(body.a), body.width) == (2, 1, 5.0)
    assert body.notes == (
        "2 springs to a joint that does not exist were dropped",
        "1 joint without a spring was dropped",
    )


def test_the_heaviest_of_unconnected_parts_stays():
    body = body_of([[0, 0], [2, 0], [10, 0], [16, 0]], [muscle(0, 1), muscle(2, 3)])
    assert body.width == 6.0
    assert body.notes == (
        "it falls into 2 unconnected parts: the heaviest stays, "
        "2 joints of the others were dropped",
    )


# --- numbers -----------------------------------------------------------------------------------


def test_mass_is_one_a_joint_and_a_quarter_a_unit_of_spring():
    body = body_of([[0, 0], [4, 0], [4, 3]], [muscle(0, 1), rod(1, 2)])
    assert body.masses.tolist() == [1.5, 1.875, 1.375]
    assert (body.width, body.height, body.mass) == (4.0, 3.0, 4.75)


def test_stroke_grows_smoothly_with_amplitude_and_stays_bounded():
    def stroke(amplitude: float) -> float:
        return float(body_of([[0, 0], [10, 0]], [muscle(0, 1, amplitude)]).stroke[0])

    strokes = [stroke(a) for a in (0.1, 1, 2, 5, 10, 30, 1e300)]
    assert strokes == sorted(strokes)
    assert stroke(2.0) == pytest.approx(3 * 2.25 / 5.25)
    assert strokes[-1] == pytest.approx(3 * 4.5 / 7.5)


def test_a_negative_amplitude_is_half_a_cycle_of_phase():
    plus = body_of([[0, 0], [10, 0]], [muscle(0, 1, 3.0, 0.75)])
    minus = body_of([[0, 0], [10, 0]], [muscle(0, 1, -3.0, 30.25)])
    assert plus.body_hash == minus.body_hash


def test_a_muscle_without_amplitude_is_a_rod():
    body = body_of([[0, 0], [5, 0], [5, 5]], [muscle(0, 1, 0.0), rod(1, 2), muscle(0, 2)])
    assert body.stroke[0] == body.stroke[1] == 0
    assert body.stiffness[0] > body.stiffness[2]


def test_no_graph_of_springs_vibrates_faster_than_the_bound():
    rng = np.random.default_rng(3)
    for _ in range(20):
        body = build_body(random_walker(rng))
        laplacian = np.zeros((len(body.masses),) * 2)
        for i, j, k in zip(body.a, body.b, body.stiffness, strict=True):
            laplacian[[i, j], [i, j]] += k
            laplacian[[i, j], [j, i]] -= k
        scaled = laplacian / np.sqrt(np.outer(body.masses, body.masses))
        assert math.sqrt(np.linalg.eigvalsh(scaled).max()) <= OMEGA


def test_the_hash_is_of_the_phenotype():
    walker = square()
    turned = {
        "joints": [[x + 7, y - 3] for x, y in reversed(walker["joints"])],
        "muscles": [[3 - j, 3 - i, kind] for i, j, kind in reversed(walker["muscles"])],
    }
    assert build_body(walker).body_hash == build_body(turned).body_hash
    assert build_body(walker).body_hash != build_body(square(amplitude=5.01)).body_hash


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("joints", "muscles", "code", "words"),
    [
        ([], [], "nothing_moves", "no springs"),
        ([[0, 0], [5, 0]], [], "nothing_moves", "no springs"),
        ([[0, 0], [5, 0]], [rod(0, 1)], "nothing_moves", "none of its 1 springs"),
        ([[0, 0], [math.nan, 0]], [muscle(0, 1)], "not_finite", "Joint 1 (x = nan, y = 0)"),
        ([[0, 0], [5, 0]], [muscle(0, 1, math.inf)], "not_finite", "an amplitude of inf"),
        ([[0, 0], [61, 3]], [muscle(0, 1)], "too_large", "61.0 wide and 3.0 tall; at most 60 x 60"),
        ([[0, 0], [1e300, -1e300]], [muscle(0, 1)], "too_large", "1e+300 wide"),
        (
            [[k % 40, k // 40] for k in range(401)],
            [muscle(k, k + 1) for k in range(400)],
            "too_many_joints",
            "401 joints; at most 400",
        ),
        (
            [[k % 8, k // 8] for k in range(48)],
            [muscle(i, j) for i in range(48) for j in range(i)],
            "too_many_springs",
            "1,128 springs; at most 1,000",
        ),
        (
            [[k % 8 * 7, k // 8 * 11] for k in range(40)],
            [muscle(i, j) for i in range(40) for j in range(i)],
            "too_heavy",
            "at most 2,000",
        ),
    ],
)
def test_a_refusal_says_what_and_how_much(joints, muscles, code, words):
    bad = refusal_of(joints, muscles)
    assert bad.code == code
    assert words in bad.reason


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"joints": 3, "muscles": []},
        {"joints": [[0, 0, 0]], "muscles": []},
        {"joints": [[0, "a"]], "muscles": []},
        {"joints": [[0, 0], [5, 0]], "muscles": [[0, 1]]},
        {"joints": [[0, 0], [5, 0]], "muscles": [[0, 1, {"type": "rope"}]]},
        {"joints": [[0, 0], [5, 0]], "muscles": [[0.5, 1, {"type": "distance"}]]},
        {"joints": [[0, 0], [5, 0]], "muscles": [[0, 1, {"type": "muscle"}]]},
        {"joints": [[0, 0], [5, 0]], "muscles": [[0, math.nan, {"type": "distance"}]]},
    ],
)
def test_what_is_no_walker_is_refused_and_not_raised(nonsense):
    assert build_body(nonsense).code == "malformed"


# --- the published programs --------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """One row of what the paper's programs ask for."""

    joints: int
    distinct: int  # springs
    loops: int
    repeated: int
    degree: int  # springs at the busiest joint
    isolated: int = 0
    coincident: int = 0  # joints beside another, within the welding distance


PUBLISHED = {
    "square": Shape(5, 8, 0, 0, 4),
    "radial": Shape(9, 16, 0, 0, 8, coincident=1),
    "cppn": Shape(24, 75, 21, 0, 8),
    "wheel": Shape(9, 24, 8, 0, 8),
    "galloper": Shape(31, 91, 0, 5, 9, coincident=3),
    "runner": Shape(40, 410, 7, 0, 35),
    "blob": Shape(30, 130, 15, 0, 19, isolated=5),
    "hopper": Shape(21, 192, 48, 126, 20, coincident=2),
    "centipede": Shape(300, 587, 9, 0, 60, isolated=1, coincident=40),
}


def walker_of(shape: Shape) -> dict:
    """Return a connected walker of that shape: a sunflower of joints, then the oddities."""
    used = shape.joints - shape.isolated
    joints = []
    for k in range(used):
        radius, angle = 0.6 * math.sqrt(k + 0.5), 2.39996 * k
        joints.append([radius * math.cos(angle), radius * math.sin(angle)])
    for k in range(2, 2 + shape.coincident):
        joints[k] = [joints[1][0] + 0.005 * k, joints[1][1]]
    pairs = [(0, k) for k in range(1, shape.degree + 1) if k < used]
    pairs += [(k, k + 1) for k in range(1, used - 1)]
    span = 2
    while len(pairs) < shape.distinct:
        pairs += [(k, k + span) for k in range(1, used - span)]
        span += 1
    pairs = pairs[: shape.distinct]
    pairs += [(k % used, k % used) for k in range(shape.loops)]
    pairs += [pairs[k][::-1] for k in range(shape.repeated)]
    joints += [[3.0 + k, 9.0] for k in range(shape.isolated)]
    muscles = [muscle(i, j, 5.0, k / 7) for k, (i, j) in enumerate(pairs)]
    return {"joints": joints, "muscles": muscles}


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_shape_has_a_body(name):
    shape = PUBLISHED[name]
    walker = walker_of(shape)
    assert len(walker["joints"]) == shape.joints
    assert len(walker["muscles"]) == shape.distinct + shape.loops + shape.repeated
    body = build_body(walker)
    assert isinstance(body, Body), body
    assert len(body.positions) == shape.joints - shape.isolated - shape.coincident


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_shape_walks_without_breaking(name):
    evaluation = evaluate_walker(walker_of(PUBLISHED[name]), get_domain("sodarace"), FLAT)
    assert evaluation.outcome is Outcome.EVALUATED, evaluation.reason
    assert evaluation.measures is not None
    is_outside = any(
        not axis.low <= x <= axis.high
        for axis, x in zip(get_domain("sodarace").axes, evaluation.measures, strict=True)
    )
    assert evaluation.clipped == is_outside


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("centipede", "joints closer than 0.3 were welded"),
        ("centipede", "springs from a joint to itself were dropped"),
        ("hopper", "150 repeated springs were dropped"),
        ("blob", "5 joints without a spring were dropped"),
    ],
)
def test_what_a_published_walker_loses_is_told(name, told):
    body = build_body(walker_of(PUBLISHED[name]))
    assert isinstance(body, Body)
    assert any(told in note for note in body.notes), body.notes


junk = st.lists(
    st.one_of(
        st.tuples(st.just("loop"), st.integers(0, 3)),
        st.tuples(st.just("again"), st.integers(0, 5)),
        st.tuples(st.just("nowhere"), st.integers(4, 2000)),
    ),
    max_size=300,
)


@settings(max_examples=60)
@given(junk, st.integers(0, 200), st.integers(0, 60))
def test_self_springs_duplicates_and_strays_by_the_hundred_change_no_body(extra, isolated, twins):
    """Nothing that is dropped leaves a trace: the same body, hash for hash, and each is told."""
    clean = square()
    sloppy = {"joints": [list(j) for j in clean["joints"]], "muscles": list(clean["muscles"])}
    for what, n in extra:
        loop_or_nowhere = muscle(n, n) if what == "loop" else muscle(0, n + 2000)
        sloppy["muscles"].append(
            [*reversed(clean["muscles"][n][:2]), muscle(0, 1)[2]]
            if what == "again"
            else loop_or_nowhere
        )
    sloppy["joints"] += [[20.0 + k, 50.0] for k in range(isolated)]
    sloppy["joints"] += [[0.1, 0.1]] * twins  # coincident with the first joint and each other
    body = build_body(sloppy)
    assert isinstance(body, Body), body
    assert body.body_hash == build_body(clean).body_hash
    for kind, words in (("loop", "itself"), ("again", "repeated"), ("nowhere", "not exist")):
        count = sum(what == kind for what, _ in extra)
        assert any(words in note and note.startswith(f"{count:,} ") for note in body.notes) == (
            count > 0
        )


# --- any walker at all -------------------------------------------------------------------------

odd = st.one_of(
    st.floats(-20, 20),
    st.floats(),
    st.integers(-3, 3),
    st.booleans(),
    st.sampled_from([0.0, -0.0, 1e308, 5e-324, 0.3, 2**70]),
)
index = st.integers(-2, 14)
kinds = st.fixed_dictionaries(
    {"type": st.sampled_from(["muscle", "distance"]), "amplitude": odd, "phase": odd}
)
walkers = st.fixed_dictionaries(
    {
        "joints": st.lists(st.tuples(odd, odd), max_size=12),
        "muscles": st.lists(st.tuples(index, index, kinds), max_size=30),
    }
)


@settings(max_examples=300)
@given(walkers)
def test_any_walker_gives_a_sound_body_or_a_reason(walker):
    body = build_body(walker)
    if isinstance(body, BadBody):
        assert body.code
        assert body.reason.endswith(".")
        return
    numbers = (body.positions, body.masses, body.rest_lengths, body.stiffness, body.damping)
    assert all(np.isfinite(values).all() for values in (*numbers, body.stroke, body.phase))
    assert 0 <= body.width <= MAX_SIZE
    assert 0 <= body.height <= MAX_SIZE
    assert body.mass <= MAX_MASS
    assert (body.rest_lengths >= WELD_DISTANCE * 0.999).all()
    assert (body.stroke < body.rest_lengths).all()
    assert (body.stroke > 0).any()
    assert ((body.phase >= 0) & (body.phase < 1)).all()


def test_a_thousand_joints_are_welded_quickly():
    rng = np.random.default_rng(0)
    joints = rng.uniform(0, 3, (1000, 2)).tolist()
    muscles = [muscle(int(i), int(j)) for i, j in rng.integers(0, 1000, (4000, 2))]
    started = time.process_time()
    build_body({"joints": joints, "muscles": muscles})
    assert time.process_time() - started < 0.2
