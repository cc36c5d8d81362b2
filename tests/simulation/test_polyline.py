import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.body import build_body
from simulation.physics import simulate
from simulation.polyline import HIGHEST, LOWEST, MOST_POINTS, REACH, read_points, read_spec, spec_of
from simulation.terrain import HALF_LENGTH, label_of, make_terrain
from tests.simulation.programs import square

HILL = ((-40.0, 0.0), (30.0, 0.0), (42.5, 6.25), (60.0, -3.5))

heights = st.integers(100 * int(LOWEST), 100 * int(HIGHEST)).map(lambda n: n / 100)
xs = st.lists(
    st.integers(-100 * int(REACH), 100 * int(REACH)), min_size=2, max_size=40, unique=True
).map(lambda ns: [n / 100 for n in sorted(ns)])
grounds = xs.flatmap(
    lambda at: st.lists(heights, min_size=len(at), max_size=len(at)).map(
        lambda ys: tuple(zip(at, ys, strict=True))
    )
)
names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1).map(
    lambda text: text[:80]
)


@given(names, grounds)
def test_a_spec_says_name_and_points_again(name, points):
    assert read_spec(spec_of(name, points)) == (name.strip(), points)


@given(grounds)
def test_json_and_csv_of_the_same_points_are_the_same_ground(points):
    as_csv = "x;y\n" + "\n".join(f"{x};{y}" for x, y in points)
    as_json = json.dumps({"name": "hill", "points": points})
    assert read_points(as_csv) == ("", points)
    assert read_points(as_json) == ("hill", points)


@given(st.text())
def test_any_text_is_read_or_refused_in_a_sentence(text):
    try:
        _, points = read_points(text)
    except ValueError:
        return
    assert points == tuple(sorted(points))


@given(grounds)
def test_drawn_ground_is_a_closed_course_through_its_points(points):
    terrain = make_terrain(spec_of("mine", points))
    (ground,) = terrain.lines
    assert (np.diff(ground[:, 0]) > 0).all()
    assert terrain.height(np.array([x for x, _ in points])).tolist() == [y for _, y in points]
    ends = terrain.height(np.array([-HALF_LENGTH - 1, HALF_LENGTH + 1]))
    assert (ends - terrain.height(np.array([-HALF_LENGTH, HALF_LENGTH])) >= 59).all()


gentle = st.lists(st.floats(-1.5, 1.5), min_size=60, max_size=60).map(
    lambda slopes: [(2.0 * n - 60, float(y)) for n, y in enumerate(np.cumsum(slopes))]
)


@settings(max_examples=15)
@given(gentle)
def test_a_walker_keeps_together_and_above_any_ground_of_slopes_up_to_37_degrees(points):
    trajectory = simulate(build_body(square()), make_terrain(spec_of("rough", points)))
    assert trajectory.reason is None


def test_points_from_right_to_left_are_turned_round():
    assert read_points("10 1\n0 0\n-5 2")[1] == ((-5, 2), (0, 0), (10, 1))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there are no points"),
        ("x, y\n", "2 to 500 points, got 0"),
        ("1, 2", "2 to 500 points, got 1"),
        ("0, 0\n20", "line 2: expected two numbers, x and y, such as 20, 3.5, got '20'"),
        ("0, 0\n5, up", "line 2: expected two numbers.*got '5, up'"),
        ("0, 0\n\n1, 2, 3", "line 3: expected two numbers"),
        ("0, 0\n10, nan", "point 2: x and y must be finite numbers, got nan"),
        ("0, 0\n300, 1", "point 2: x = 300 is outside -240 to 240"),
        ("0, 0\n20, 61.5", "point 2: y = 61.5 is outside -60 to 60"),
        ("0, 0\n20, 1\n10, 2", "point 3: x = 10 comes after x = 20.*no overhangs"),
        ("0, 0\n20, 1\n20, 5", "point 3: x = 20 is there twice: a step needs two points.*0.01"),
        ("[[0, 0], [1, 2]", "no JSON: line 1"),
        ("[[0, 0], [1, 2, 3]]", r"point 2: expected \[x, y\], two numbers, got \[1, 2, 3\]"),
        ("[[0, 0], [true, 2]]", "point 2: expected"),
        ('{"ground": []}', "expected JSON like"),
        ("[[0, 0], [1, 1e999]]", "must be finite"),
        (f"[[0, 0], [1, {'9' * 400}]]", "must be finite"),
        ("[" * 5000 + "]" * 5000, "nested too deeply|point 1"),
        ("1, 2\n" * 20_000, "65,536 bytes"),
        ('{"name": "a\\nb", "points": [[0, 0], [1, 1]]}', "1 to 80 characters on one line"),
    ],
)
def test_wrong_points_are_refused_with_what_and_where(text, words):
    with pytest.raises(ValueError, match=words):
        read_points(text)


def test_too_many_points_are_refused_with_their_number():
    text = "\n".join(f"{n / 10}, 0" for n in range(MOST_POINTS + 1))
    with pytest.raises(ValueError, match="2 to 500 points, got 501"):
        read_points(text)


def test_a_name_may_hold_colons_and_is_the_terrains_label():
    spec = spec_of("Alps: north", HILL)
    assert label_of(spec) == "Alps: north"
    assert label_of("hills:0.3") == "hills:0.3"


@pytest.mark.parametrize(
    "spec", ["line:", "line:x", "line:x:1,2 3", "line:x:1,2 3,up", "line::1,2 3,4"]
)
def test_a_broken_spec_is_refused(spec):
    with pytest.raises(ValueError, match=r"drawn terrain is|needs a name"):
        make_terrain(spec)
