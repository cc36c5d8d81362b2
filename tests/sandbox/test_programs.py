"""What a program may be, and what is said about it."""

import pytest

from simulation.sandbox import Limits, Sandbox, Status

SQUARE = '{"joints": [[0, 0], [1, 1]], "muscles": []}'


def make(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"def make_walker():\n{lines}\n"


def test_program_of_the_paper_gives_its_walker(sandbox: Sandbox, good: str) -> None:
    verdict = sandbox.run(good)
    assert verdict.status is Status.OK
    assert verdict.message == ""
    assert verdict.value == {
        "joints": [[0.0, 0.0], [10.0, 0.0], [5.0, 8.0]],
        "muscles": [
            [0, 1, {"type": "distance", "amplitude": 0.0, "phase": 0.0}],
            [1, 2, {"type": "muscle", "amplitude": 3.0, "phase": 0.5}],
            [2, 0, {"type": "distance", "amplitude": 0.0, "phase": 0.0}],
        ],
    }
    assert 0 < verdict.cpu_ms < 1000
    assert verdict.rss_kb > 1000


@pytest.mark.parametrize(
    "program",
    [
        "from walk_creator import walker_creator\n"
        + make("w = walker_creator()\nw.add_joint(1, 2)\nreturn w"),
        "import soda\n"
        + make("w = soda.walker_creator()\nw.add_joint(1, 2)\nreturn w.get_walker()"),
        make("w = walker_creator()\nw.add_joint(np.float32(1), math.sqrt(4))\nreturn w"),
        make("return {'joints': np.array([[1, 2]]), 'muscles': ()}"),
        make("return {'joints': [(np.int64(1), np.float64(2))], 'muscles': []}"),
        "import numpy as np, numpy.typing as npt, dataclasses, typing, random, itertools\n"
        "@dataclasses.dataclass\nclass P:\n    x: 'typing.Any' = 1\n"
        + make("return {'joints': [[P().x, 2]], 'muscles': []}"),
        make("return {'joints': [[1, 2]], 'muscles': []}") + "assert __name__ != '__main__'\n",
    ],
)  # fmt: skip
def test_ways_to_write_a_walker(program: str, sandbox: Sandbox) -> None:
    verdict = sandbox.run(program)
    assert verdict.value == {"joints": [[1.0, 2.0]], "muscles": []}, verdict


@pytest.mark.parametrize(
    ("program", "x"),
    [
        ("def make_walker(): return w(1)\ndef later(): return w(2)", 1),
        ("def first(): return w(1)\ndef second(): return w(2)", 2),
        ("def second(): return w(1)\ndef first(): return w(2)\nsecond = second", 2),
        ("def a(x=3): return w(x)\ndef b(y): return w(4)", 3),
        ("def a(*args, **kw): return w(5)\ndef b(*, key): return w(6)", 5),
        ("def a(*, key=7): return w(key)\nclass B: pass\nfrom math import sin", 7),
        ("make_walker = 3\ndef a(): return w(8)", 8),
        ("class M:\n    def __call__(self): return w(9)\nmake_walker = M()", 9),
        ("if True:\n    def a(): return w(10)", 10),
    ],
)
def test_entry_is_make_walker_or_the_last_function_without_arguments(
    program: str, x: int, sandbox: Sandbox
) -> None:
    helper = "def w(x): return {'joints': [[x, 0]], 'muscles': []}\n"
    verdict = sandbox.run(helper + program)
    assert verdict.value == {"joints": [[float(x), 0.0]], "muscles": []}, verdict


def test_missing_entry_point_names_the_functions_found(sandbox: Sandbox) -> None:
    verdict = sandbox.run("def bend(x, y=1, *, z): pass\ndef turn(angle): pass\n")
    assert verdict.status is Status.ERROR
    assert "no entry point" in verdict.message
    assert "bend(x, z), turn(angle)" in verdict.message


@pytest.mark.parametrize(
    ("program", "error", "line", "words"),
    [
        ("x = 1\ndef make_walker(:\n", "SyntaxError", 2, "line 2: SyntaxError: invalid syntax"),
        (make("x = 1\nreturn 1 / 0"), "ZeroDivisionError", 3, "division by zero"),
        (make("w = walker_creator()\nw.add_muscle(0, 5)"), "IndexError", 3, "line 3: IndexError"),
        ("import tkinter\n", "ModuleNotFoundError", 1, "tkinter"),
        (make("return undefined_name"), "NameError", 2, "undefined_name"),
        (make("return make_walker()"), "RecursionError", 2, "recursion"),
        (make("x = []\nwhile True: x.append('x' * 10 ** 6)"), "MemoryError", 3, "MemoryError"),
        (make("return [0] * 10 ** 11"), "MemoryError", 2, "MemoryError"),
        (make("return np.zeros(10 ** 12)"), "MemoryError", 2, "Unable to allocate"),
        (make("x = {}\nx['x'] = x\nreturn x"), "ValueError", None, "Circular"),
        (make("return {'joints': object(), 'muscles': []}"), "TypeError", None, "holds a object"),
        ("raise SystemExit(0)", "SystemExit", 1, "SystemExit: 0"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", 1, "KeyboardInterrupt"),
    ],
)
def test_error_has_type_line_and_message(
    program: str, error: str, line: int | None, words: str, sandbox: Sandbox
) -> None:
    verdict = sandbox.run(program)
    assert (verdict.status, verdict.error, verdict.line) == (Status.ERROR, error, line)
    assert words in verdict.message
    assert len(verdict.message) <= 500


def test_output_is_kept_in_part(sandbox: Sandbox) -> None:
    program = make(f"import sys\nprint('a' * 5000)\nsys.stderr.write('b')\nreturn {SQUARE}")
    verdict = sandbox.run(program)
    assert verdict.status is Status.OK
    assert verdict.stdout == "a" * 4096


def test_output_before_an_error_is_kept(sandbox: Sandbox) -> None:
    verdict = sandbox.run("print('here')\nraise ValueError('x' * 10000)")
    assert verdict.stdout == "here\n"
    assert verdict.message.startswith("line 2: ValueError: xxx")
    assert len(verdict.message) == 500


def test_same_seed_same_walker_and_other_seed_other_walker(sandbox: Sandbox) -> None:
    program = "import random\n" + make(
        "words = {'a', 'b', 'c', 'd', 'e', 'f'}\n"
        "order = [float(ord(word)) for word in words]\n"
        "return {'joints': [[random.random(), np.random.rand()], order[:2]], 'muscles': []}"
    )
    first = sandbox.run(program, rng_seed=7).value
    assert sandbox.run(program, rng_seed=7).value == first
    assert sandbox.run(program, rng_seed=-(2**70)).value != first
    with Sandbox() as another:
        assert another.run(program, rng_seed=7).value == first


def test_limits_of_time(sandbox: Sandbox) -> None:
    short = Limits(wall_s=0.3)
    sleeping = sandbox.run("import time\ntime.sleep(9)", limits=short)
    spinning = sandbox.run("while True: pass", limits=Limits(wall_s=30))
    assert sleeping.status is Status.TIMEOUT
    assert sleeping.message == "The program ran longer than 0.3 s."
    assert 250 < sleeping.wall_ms < 1500
    assert spinning.status is Status.CPU_LIMIT
    assert 700 < spinning.cpu_ms < 1500  # the limit counts ticks, and some of them are another's


def test_limits_of_size(sandbox: Sandbox) -> None:
    large = sandbox.run("#" * 65536)
    huge = sandbox.run("#" * 65537)
    flood = sandbox.run(make("return {'joints': [[1, 2]] * 100000, 'muscles': []}"))
    assert large.error == "NoEntryPoint"
    assert huge.status is Status.TOO_LARGE_SOURCE
    assert flood.status is Status.OUTPUT_TOO_LARGE


def test_memory_limit_counts_from_what_is_loaded(sandbox: Sandbox) -> None:
    program = make(f"x = bytearray(100 * 2 ** 20)\nreturn {SQUARE}")
    assert sandbox.run(program).status is Status.OK
    assert sandbox.run(program, limits=Limits(memory_mb=64)).error == "MemoryError"


@pytest.mark.parametrize("source", ["\ud800", "x = '\udcff'"])
def test_source_that_is_no_text_is_an_error(source: str, sandbox: Sandbox) -> None:
    assert sandbox.run(source).error == "UnicodeError"


def test_crash_is_told_apart(sandbox: Sandbox) -> None:
    verdict = sandbox.run("import ctypes\nctypes.string_at(0)")
    assert verdict.status is Status.CRASHED
    assert "Segmentation fault" in verdict.message


def test_forbidden_call_is_told_apart(sandbox: Sandbox) -> None:
    verdict = sandbox.run("import ctypes\nctypes.CDLL(None).unshare(0x10000000)")
    assert verdict.status is Status.FORBIDDEN_SYSCALL
