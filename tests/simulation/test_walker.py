import math

import numpy as np
import pytest

from simulation.walker import DEFAULT_AMPLITUDE, query_cppn, walker_creator


def added(*args, **named) -> tuple:
    """Return (type, amplitude, phase) of a muscle between two joints, added with ``args``."""
    wc = walker_creator()
    a, b = wc.add_joint(0, 0), wc.add_joint(1, 0)
    wc.add_muscle(a, b, *args, **named)
    return tuple(wc.get_walker()["muscles"][0][2].values())


ROD = ("distance", 0.0, 0.0)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), ROD),
        ((True,), ROD),
        ((True, 5.0, 0.5), ROD),
        ((False, 5.0, 0.5), ("muscle", 5.0, 0.5)),
        ((False, 5.0), ("muscle", 5.0, 0.0)),
        ((False,), ("muscle", DEFAULT_AMPLITUDE, 0.0)),  # the paper's Hopper
        ((0.0, 5.0, 0.5), ("muscle", 5.0, 0.5)),  # the paper's Wheel: a number for the flag
        ((1, 5.0, 0.5), ROD),
        ((False, True, 0.5), ("muscle", 1.0, 0.5)),  # the paper's Blob: a boolean amplitude
        ((False, 30, -2.9), ("muscle", 30.0, -2.9)),
        ((np.False_, 5.0), ("muscle", 5.0, 0.0)),
    ],
)
def test_the_papers_call_takes_the_flag_third(args, expected):
    assert added(*args) == expected


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((5.0, 0.5), ("muscle", 5.0, 0.5)),
        ((5.0,), ("muscle", 5.0, 0.0)),
        ((0, 0.5), ROD),
        ((0.0,), ROD),
    ],
)
def test_openelms_shorter_call_takes_the_amplitude_third(args, expected):
    assert added(*args) == expected


@pytest.mark.parametrize(
    ("args", "named", "expected"),
    [
        ((), {"is_distance": False}, ("muscle", DEFAULT_AMPLITUDE, 0.0)),
        ((), {"is_distance": False, "amplitude": 3, "phase": 0.2}, ("muscle", 3.0, 0.2)),
        ((), {"amplitude": 3, "phase": 0.2}, ("muscle", 3.0, 0.2)),
        ((), {"phase": 0.2}, ROD),
        ((0.0,), {"amplitude": 3}, ("muscle", 3.0, 0.0)),
        ((False, 3), {"phase": 0.2}, ("muscle", 3.0, 0.2)),
        ((0.0, 3), {"phase": 0.2}, ("muscle", 3.0, 0.2)),
        ((3, 0.2), {"is_distance": True}, ROD),
    ],
)
def test_arguments_may_be_named(args, named, expected):
    assert added(*args, **named) == expected


def test_numbers_too_large_or_undefined_are_left_for_the_body_builder():
    kind, amplitude, phase = added(False, 10**400, math.nan)
    assert (kind, amplitude) == ("muscle", math.inf)
    assert math.isnan(phase)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda wc: wc.add_muscle(0, None), TypeError, "got None"),
        (lambda wc: wc.add_muscle([0], 1), TypeError, r"got list \[0\]"),
        (lambda wc: wc.add_muscle(0, 9), IndexError, "no joint 9: 2 joints so far"),
        (lambda wc: wc.add_muscle(-1, 0), IndexError, "no joint -1"),
        (lambda wc: wc.add_muscle(0, 1, speed=3), TypeError, "no argument 'speed'"),
        (lambda wc: wc.add_muscle(0, 1, False, 2, 3, 4), TypeError, "at most is_distance"),
        (lambda wc: wc.add_joint("left", 0), TypeError, "x of a joint must be a number"),
        (lambda wc: wc.add_joint(0, None), TypeError, "y of a joint must be a number, got None"),
    ],
)
def test_what_cannot_be_meant_is_an_error_with_a_clear_text(call, error, text):
    wc = walker_creator()
    wc.add_joint(0, 0)
    wc.add_joint(1, 1)
    with pytest.raises(error, match=text):
        call(wc)


def test_the_result_is_a_copy_in_plain_values():
    wc = walker_creator()
    wc.add_muscle(wc.add_joint(True, np.float64(2)), wc.add_joint(1, 2), False, 1, 2)
    first = wc.get_walker()
    first["joints"][0][0] = 99
    assert wc.get_walker() == {
        "joints": [[1.0, 2.0], [1.0, 2.0]],
        "muscles": [[0, 1, {"type": "muscle", "amplitude": 1.0, "phase": 2.0}]],
    }


def test_query_cppn_asks_for_the_springs_of_the_published_lattice():
    wc = walker_creator()
    joints = query_cppn(
        wc, 8, 3, 1.5, lambda *p: (p[0] - p[2]) ** 2 + (p[1] - p[3]) ** 2 <= 4.5,
        lambda *p: 1.0, lambda *p: 0.0,
    )  # fmt: skip
    muscles = wc.get_walker()["muscles"]
    pairs = {(i, j) for i, j, _ in muscles}
    assert len(joints) == 24
    assert len(muscles) == 96
    assert sum(i == j for i, j in pairs) == 21
    assert (joints[0, 0], joints[1, 1]) not in pairs  # the skip rule drops the main diagonal
    assert all(kind["type"] == "muscle" for _, _, kind in muscles)
