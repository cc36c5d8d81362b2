"""Bytes from an untrusted process become a walker, an error or a refusal; nothing else."""

import contextlib
import dataclasses
import json
import math
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.sandbox import Limits, Status
from simulation.sandbox.inside.protocol import Ended
from simulation.sandbox.judge import Ran, judge
from simulation.sandbox.result import BadResult, check_walker, read_answer

LIMITS = Limits()
MUSCLE = {"type": "muscle", "amplitude": 1.5, "phase": 0.25}


def answer(walker: object) -> bytes:
    return json.dumps({"result": walker}).encode()


def walker(joint: object = None, muscle: object = None) -> dict[str, object]:
    return {"joints": [joint or [0, 0], [1, 1]], "muscles": [] if muscle is None else [muscle]}


def test_walker_is_rebuilt_from_known_keys() -> None:
    given_walker = {
        "joints": [[0, 0], [1.5, -2]],
        "muscles": [[0, 1, {**MUSCLE, "color": "red"}]],
        "fitness": 1e9,
    }
    read = read_answer(answer(given_walker), LIMITS)
    assert read.walker == {"joints": [[0.0, 0.0], [1.5, -2.0]], "muscles": [[0, 1, MUSCLE]]}


def test_largest_walker_in_full_precision_fits_the_answer() -> None:
    joint, long = -1234567.8901234567, -1.2345678901234567e-300
    muscle = [998, 999, {"type": "distance", "amplitude": long, "phase": long}]
    data = answer({"joints": [[joint, joint]] * 1000, "muscles": [muscle] * 4000})
    assert len(data) <= LIMITS.answer_bytes
    read = read_answer(data, LIMITS).walker
    assert read is not None
    assert len(read["joints"]) == 1000
    assert len(read["muscles"]) == 4000


@pytest.mark.parametrize(
    ("joints", "muscles", "words"),
    [(1001, 0, "1001 joints"), (2, 4001, "4001 muscles"), (0, 0, "no joints")],
)
def test_too_many_or_no_parts_are_refused(joints: int, muscles: int, words: str) -> None:
    with pytest.raises(BadResult, match=words):
        check_walker({"joints": [[0, 0]] * joints, "muscles": [[0, 1, MUSCLE]] * muscles}, LIMITS)


@pytest.mark.parametrize("number", [0, -7, 1e-300, 12345.678, 1e12, -1e100, 10**17])
def test_any_finite_number_passes(number: float) -> None:
    muscle = [0, 1, {"type": "muscle", "amplitude": number, "phase": -number}]
    read = read_answer(answer(walker([number, number], muscle)), LIMITS).walker
    assert read is not None
    assert read["joints"][0] == [float(number)] * 2
    assert read["muscles"][0][2]["amplitude"] == number


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
def test_what_is_no_finite_number_is_refused(number: str) -> None:
    data = b'{"result": {"joints": [[%s, 0]], "muscles": []}}' % number.encode()
    with pytest.raises(BadResult, match=r"not a finite number|too large"):
        read_answer(data, LIMITS)


def test_coordinate_whose_square_overflows_is_refused() -> None:
    with pytest.raises(BadResult, match="joint 0: -1e\\+308 is too far away"):
        check_walker(walker([1.0, -1e308]), LIMITS)


@pytest.mark.parametrize("index", [True, False, -1, 2, 0.0, "0", None, 10**17])
def test_what_is_no_index_of_a_joint_is_refused(index: object) -> None:
    with pytest.raises(BadResult, match="muscle 0"):
        check_walker(walker(muscle=[0, index, MUSCLE]), LIMITS)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "got None"),
        (3, "got 3"),
        ("text", "the text 'text'"),
        ([], "a list of 0"),
        ({"joints": []}, "got a dict"),
        ({"joints": {}, "muscles": []}, "must be lists"),
        (walker([1]), "joint 0: expected \\[x, y\\]"),
        (walker([1, "2"]), "joint 0: expected a number"),
        (walker([1, True]), "got a bool"),
        (walker(muscle=[0, 1]), "muscle 0: expected"),
        (walker(muscle=[0, 1, {"type": "rope"}]), "'distance' or 'muscle'"),
        (walker(muscle=[0, 1, {"type": ["muscle"]}]), "'distance' or 'muscle'"),
        (walker(muscle=[0, 1, {**MUSCLE, "phase": [1]}]), "phase of muscle 0"),
    ],
)
def test_wrong_shape_is_named(value: object, words: str) -> None:
    with pytest.raises(BadResult, match=words):
        check_walker(json.loads(json.dumps(value)), LIMITS)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"null",
        b"[]",
        b"{}",
        b"\xef\xbb\xbf{}",
        b'{"result": "\xff"}',
        b'{"result": {}} {}',
        b'{"result": {"joints": [[0, 0]], "muscles": []}',
        b"\x80\x04.",
    ],
)
def test_what_is_not_one_document_is_refused(data: bytes) -> None:
    with pytest.raises(BadResult):
        read_answer(data, LIMITS)


def test_error_text_is_plain_and_short() -> None:
    data = json.dumps(
        {
            "error": "Bad\x1b[31m\nName",
            "message": "\ud800\x00\u202e<b>" + "m" * 1000,
            "line": 10**9,
            "stdout": "a\n\tb\x07" + "s" * 9999,
        }
    ).encode()
    read = read_answer(data, LIMITS)
    assert read.error == "Bad\ufffd[31m Name"
    assert read.message == "\ufffd\ufffd\ufffd<b>" + "m" * 494
    assert read.line is None
    assert read.stdout.startswith("a\n\tb\ufffdsss")
    assert len(read.stdout) == 4096


@pytest.mark.parametrize("mark", "\u200e\u200f\u061c\u202e\u2066\u2028\u2029\ufeff\u200b\U000e0041")
def test_text_that_cannot_be_seen_or_turns_the_line_is_replaced(mark: str) -> None:
    """Only some of the marks that turn the direction of writing used to be."""
    data = json.dumps({"error": f"E{mark}", "message": f"a{mark}b", "stdout": mark}).encode()
    read = read_answer(data, LIMITS)
    assert (read.error, read.message, read.stdout) == ("E\ufffd", "a\ufffdb", "\ufffd")


ENDED = Ended(timed_out=False, signal=0, code=0, cpu_s=0.1, wall_s=0.1, rss_kb=1)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, Status.OK),
        ({"cpu_s": 1.01}, Status.CPU_LIMIT),
        ({"signal": signal.SIGXCPU, "cpu_s": 0.8}, Status.CPU_LIMIT),
        ({"signal": signal.SIGKILL, "cpu_s": 1.9}, Status.CPU_LIMIT),
        ({"signal": signal.SIGKILL}, Status.CRASHED),
        ({"signal": signal.SIGSYS}, Status.FORBIDDEN_SYSCALL),
        ({"signal": signal.SIGKILL, "timed_out": True}, Status.TIMEOUT),
        ({"code": 1}, Status.BAD_RESULT),
    ],
)
def test_what_the_kernel_says_comes_before_a_good_answer(
    changed: dict[str, float], status: Status
) -> None:
    """A program that caught SIGXCPU used to get its result in after the limit."""
    ended = dataclasses.replace(ENDED, **changed)  # type: ignore[arg-type]
    assert judge(Ran(ended, answer(walker())), LIMITS).status is status


def test_error_of_the_wrong_types_is_still_an_error() -> None:
    read = read_answer(b'{"error": {}, "message": 3, "line": true, "stdout": null}', LIMITS)
    assert (read.walker, read.error, read.message, read.line) == (None, "Exception", "", None)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["joints", "muscles", "type", "x"]), inner)
    ),
    max_leaves=30,
)


@given(anything)
def test_any_document_is_read_or_refused(value: object) -> None:
    with contextlib.suppress(BadResult):
        read = read_answer(json.dumps({"result": value}).encode(), LIMITS)
        assert read.walker is not None
        assert all(math.isfinite(x) for joint in read.walker["joints"] for x in joint)


numbers = st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False, width=32)
walkers = st.fixed_dictionaries(
    {
        "joints": st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=6),
        "muscles": st.just([]),
    }
)
damage = st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=3)), min_size=1, max_size=4)


@given(walkers, damage)
def test_damaged_answer_is_a_checked_walker_or_refused(value: object, places: list) -> None:
    data = answer(value)
    for place, inserted in places:
        at = place % (len(data) + 1)
        data = data[:at] + inserted + data[at + place % 3 :]
    with contextlib.suppress(BadResult):
        read = read_answer(data, LIMITS)
        if read.walker is not None:
            assert check_walker(read.walker, LIMITS) == read.walker


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(BadResult):
        read_answer(data, LIMITS)
