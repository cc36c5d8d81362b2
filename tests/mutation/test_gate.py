"""What ends before the sandbox: no change, bad syntax, undefined names."""

import pytest

from simulation.outcome import Outcome
from workers.mutation import gate

PARENT = "def make_walker():\n    a = 1\n    return a\n"


@pytest.mark.parametrize(
    ("child", "outcome", "reason"),
    [
        (PARENT, Outcome.DOES_NOT_APPLY, "changes nothing"),
        (PARENT.replace("a = 1", "a = 1  # one"), Outcome.DOES_NOT_APPLY, "comments"),
        (PARENT.replace("a = 1", "a = ("), Outcome.SYNTAX_ERROR, "line 2"),
        ("return 3\n", Outcome.SYNTAX_ERROR, "outside function"),
        (PARENT.replace("= 1", "= b"), Outcome.UNDEFINED_NAME, "'b'"),
        ("x = 1\x00\n", Outcome.SYNTAX_ERROR, "null"),
        ("(" * 5000, Outcome.SYNTAX_ERROR, ""),
        (PARENT.replace("= 1", "= 2"), None, ""),
    ],
)
def test_a_child_is_judged_without_running_it(child, outcome, reason):
    found, why = gate.check(PARENT, child)
    assert found is outcome
    assert reason in why


@pytest.mark.parametrize(
    "source",
    [
        "def f(n):\n    return [k * n for k in range(n) if k]\n",
        "class A:\n    size = 3\n    def go(self):\n        return self.size\n",
        "def f():\n    def g(x):\n        return x + y\n    y = 2\n    return g(1)\n",
        "f = lambda a, *b, **c: (a, b, c)\n",
        "def make_walker():\n    wc = walker_creator()\n    return query_cppn(wc, np, math)\n",
        "for i, (a, b) in enumerate([(1, 2)]):\n    print(i, a, b)\n",
        "try:\n    pass\nexcept ValueError as e:\n    print(e)\n",
    ],
)
def test_names_that_python_would_find_are_defined(source):
    assert gate.check("pass\n", source) == (None, "")


def test_a_name_of_another_function_is_not_defined():
    child = "def f():\n    hidden = 1\ndef g():\n    return hidden\n"
    assert gate.check("", child)[0] is Outcome.UNDEFINED_NAME
