"""The judge: right programs pass, buggy ones fail, hostile ones neither pass nor break anything."""

import pytest

from simulation.evaluate import SandboxLost
from simulation.sandbox import Status, Verdict
from workers.benchmark.bugs import FUNCTIONS, PARITY, QUADRATIC, TASKS
from workers.benchmark.judge import Judge
from workers.benchmark.tiny_gp import PROBLEMS, parent_program

# Two classes in whose hands a check inside the sandbox would find everything equal.
AGREEABLE = """
class Agreeable(float):
    def __eq__(self, other):
        return True
    def __add__(self, other):
        return self
    __hash__ = None

def parity(*bits):
    return Agreeable(5)
"""
FORGED = """
def parity(*bits):
    import os
    answer = b'{"result": {"joints": [[0,0],[1,0]], "muscles": []}, "stdout": ""}'
    os.write(3, answer)
    os._exit(0)
"""


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_right_program_passes(judge, function):
    assert judge.test(function, function.source) == "solved"


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_right_tree_passes(judge, function):
    problem = PROBLEMS[function.name]
    assert judge.test(function, problem.program(problem.tree)) == "solved"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.label)
def test_a_buggy_program_fails_as_text_and_as_tree(judge, task):
    ending = "wrong_answer" if task.function is QUADRATIC else "error"  # c1 is not defined
    assert judge.test(task.function, task.source) == ending
    assert judge.test(task.function, parent_program(task)) == ending


def test_the_wrong_modulus_alone_fails(judge):
    assert judge.test(PARITY, PARITY.source.replace("% 2", "% 3")) == "wrong_answer"


@pytest.mark.parametrize(
    "body",
    [
        "return (b1 ^ b2 ^ b3 ^ b4) == 1",
        "return float((b1 + b2 + b3 + b4) % 2)",
        "return np.array([b1, b2, b3, b4]).sum() % 2",
        "count = 0\n    for bit in (b1, b2, b3, b4):\n        count += bit\n    return count & 1",
    ],
)
def test_another_way_to_compute_the_same_passes(judge, body):
    assert judge.test(PARITY, f"def parity(b1, b2, b3, b4):\n    {body}\n") == "solved"


def test_another_order_of_the_same_operations_passes(judge):
    program = "def quadratic(a, b, c, x):\n    return c + x * (b + a * x)"
    assert judge.test(QUADRATIC, program) == "solved"


@pytest.mark.parametrize("formula", ["a*x+b*x+c", "a*x*x+b*x", "a*x*x+c", "b*x+c", "a*x*x-b*x+c"])
def test_a_formula_that_is_right_for_some_inputs_only_fails(judge, formula):
    program = f"def quadratic(a, b, c, x):\n    return {formula}\n"
    assert judge.test(QUADRATIC, program) == "wrong_answer"


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ("return None", "error"),
        ("return str((b1 + b2 + b3 + b4) % 2)", "error"),
        ("return [(b1 + b2 + b3 + b4) % 2]", "error"),
        ("return float('nan')", "bad_result"),
        ("return 1j * b1", "error"),
        ("while True: pass", "cpu_limit"),
        ("return pow(9, pow(9, 9))", "cpu_limit"),
    ],
)
def test_an_answer_that_is_no_number_or_never_comes_fails(judge, body, ending):
    assert judge.test(PARITY, f"def parity(b1, b2, b3, b4):\n    {body}\n") == ending


@pytest.mark.parametrize(
    "program",
    [
        "",
        "def other(b1, b2, b3, b4):\n    return 0\n",
        "import os\nos.system('true')\n" + PARITY.source.replace("def parity", "def p"),
        "def parity(*bits):\n    return open('/etc/passwd').read()\n",
        "raise SystemExit\n",
        "def make_walker():\n    return {'joints': [[0, 0]] * 16, 'muscles': []}\n",
        "def parity(*bits):\n    global make_walker\n    return 2\n",
        "def parity(*bits):\n    raise BaseException(bits)\n",
        AGREEABLE,
        FORGED,
    ],
    ids=["empty", "renamed", "system", "file", "exit", "own entry", "two", "raises", "agreeable",
         "forged"],
)  # fmt: skip
def test_a_hostile_program_does_not_pass_and_the_next_one_is_not_affected(judge, program):
    assert judge.test(PARITY, program) != "solved"
    assert judge.test(PARITY, PARITY.source) == "solved"


def test_a_program_that_recites_the_answers_in_the_order_of_the_tests_does_not_pass(judge):
    """The tests come in an order of their own for each program."""
    answers = [PARITY.right(*case) for case in PARITY.cases]
    program = f"answers = iter({answers})\ndef parity(*bits):\n    return next(answers)\n"
    assert judge.test(PARITY, program) == "wrong_answer"


def test_what_one_program_does_to_python_does_not_reach_the_next(judge):
    poison = "import builtins, math\nbuiltins.sum = lambda bits: 0\n" + PARITY.source
    assert judge.test(PARITY, poison) == "wrong_answer"
    assert judge.test(PARITY, PARITY.source) == "solved"


class Counting:
    """A sandbox that only counts what it is given."""

    def __init__(self, status: Status = Status.ERROR):
        self.status, self.sources = status, []

    def run(self, source: str, *, rng_seed: int = 0) -> Verdict:
        self.sources.append(source)
        return Verdict(self.status, cpu_ms=3.0)


def test_every_text_runs_in_the_sandbox_once_and_alone():
    sandbox = Counting()
    judge = Judge(sandbox)
    for _ in range(3):
        for program in ("def parity(): pass\n", "def parity(): return 1\n"):
            assert judge.test(PARITY, program) == "error"
    assert len(sandbox.sources) == 2
    assert all(source.count("def parity") == 1 for source in sandbox.sources)
    assert judge.cpu_seconds == pytest.approx(0.006)


def test_right_answers_never_enter_the_sandbox():
    sandbox = Counting()
    Judge(sandbox).test(QUADRATIC, "def quadratic(a, b, c, x): return 0\n")
    assert "2.5" in sandbox.sources[0]  # an input
    assert str(QUADRATIC.right(0.25, -1, 2.5, -3)) == "7.75"
    assert "7.75" not in sandbox.sources[0]


def test_a_lost_sandbox_is_no_verdict_on_the_program():
    with pytest.raises(SandboxLost):
        Judge(Counting(Status.SANDBOX_LOST)).test(PARITY, PARITY.source)
