"""The corpus of general Python: functions of the standard library, bugs, small arithmetic."""

import ast
from random import Random

import pytest

from workers.training.corpus import arithmetic, bugs, function_edits, stdlib, swaps
from workers.training.corpus.arithmetic import Small
from workers.training.corpus.functions import compiles, stdlib_functions
from workers.training.corpus.generate import Example
from workers.training.corpus.text import Text


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(stdlib.draw_stdlib(3, 120))


def _text(source: str) -> Text:
    return Text(source, ast.parse(source))


def test_the_same_seed_draws_the_same_examples(examples):
    assert list(stdlib.draw_stdlib(3, 20)) == examples[:20]
    assert list(stdlib.draw_stdlib(4, 20)) != examples[:20]


def test_parents_and_children_compile_and_no_two_are_the_same_program(examples):
    assert {e.family for e in examples} == {"stdlib", "repair", "arithmetic"}
    for example in examples:
        sources = [example.parent, *(child for _, child in example.edits)]
        assert all(map(compiles, sources))
        assert len({ast.dump(ast.parse(s)) for s in sources}) == len(sources)


def test_functions_are_many_and_of_the_size_that_fits():
    found = stdlib_functions()
    assert len(found) > 3000
    for source in found[::20]:
        assert 5 <= len(source.split("\n")) <= 40
        assert len(source) <= 1200
        assert source.isascii()


def test_the_first_edit_of_a_repair_gives_back_a_function_of_the_library(examples):
    known = set(stdlib_functions())
    repairs = [e for e in examples if e.family == "repair"]
    assert repairs
    for example in repairs:
        assert example.parent not in known
        assert example.edits[0][1] in known


@pytest.mark.parametrize("shape", [shape for shape, _ in arithmetic.SHAPES])
def test_small_functions_compute_something_and_their_bugs_show(shape):
    rng = Random(1)
    shown = 0
    for _ in range(8):
        small = shape(rng)
        good = arithmetic.outcomes(small)
        errors = [o for o in good if o.endswith("Error")]
        assert len(errors) < len(good) / 2, small.source
        assert not arithmetic.is_benchmark(small)
        for _ in range(6):
            text = _text(small.source)
            buggy = swaps.apply(small.source, bugs.inject(rng, text, 1))
            shown += arithmetic.outcomes(Small(buggy, small.arguments)) != good
    assert shown > 10


def test_the_benchmark_is_recognised_under_any_names_and_never_drawn():
    parity = "def g(q, r, s, t):\n    return (t + q + s + r) % 2"
    quadratic = "def h(u, p, q, r):\n    return q * u + p * pow(u, 2) + r"
    assert arithmetic.is_benchmark(Small(parity, "nnnn"))
    assert arithmetic.is_benchmark(Small(quadratic, "nnnn"))
    assert not arithmetic.is_benchmark(Small(parity.replace("2", "3"), "nnnn"))
    for example in stdlib.draw_stdlib(8, 400, (("arithmetic", 1),)):
        for source in (example.parent, *(child for _, child in example.edits)):
            function = ast.parse(source).body[0]
            if len(function.args.args) == 4:
                assert not arithmetic.is_benchmark(Small(source, "nnnn")), source


def test_a_rename_reaches_every_use_and_nothing_else():
    text = _text("def f(a, b):\n    c = a + b.a\n    return g(c, a=a)")
    for seed in range(20):
        message, child = function_edits.rename(Random(seed), text)
        back = {"a", "b", "c"} - {
            n.id for n in ast.walk(ast.parse(child)) if isinstance(n, ast.Name)
        }
        (old,) = back
        new = next(n for n in _text(child).names if n not in text.names or n not in "abcg")
        assert ".a" in child
        assert "a=" in child
        assert child.count(new) >= 2
        assert old in message or "variable" in message


def test_messages_about_a_change_name_what_is_there_afterwards(examples):
    for example in examples:
        for message, child in example.edits:
            words = message.rstrip(".").split()
            if words[0] == "Use" and "instead of" in message and len(words) == 5:
                assert words[1] in child


def test_a_bug_that_appends_to_what_a_loop_runs_over_ends():
    """It used to fill the memory."""
    endless = "def f(values):\n    for v in values:\n        values.append(v)\n    return values"
    assert set(arithmetic.outcomes(Small(endless, "l"))) == {"AttributeError"}
