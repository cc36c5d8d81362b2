"""The tasks: the paper's functions, with as many bugs as their names say."""

import pytest

from workers.benchmark.bugs import PARITY, QUADRATIC, TASKS, Task, tasks_called
from workers.benchmark.tiny_gp import PROBLEMS


def test_the_tasks_are_those_of_the_paper():
    labels = [task.label for task in TASKS]
    assert labels == [*(f"4-parity:{n}" for n in range(1, 6)), "quadratic:1", "quadratic:2"]


@pytest.mark.parametrize(
    ("bugs", "the_sum", "modulus"),
    [
        (0, "[b1,b2,b3,b4]", 2),
        (1, "[c1,b2,b3,b4]", 2),
        (2, "[c1,c2,b3,b4]", 2),
        (3, "[c1,c2,c3,b4]", 2),
        (4, "[c1,c2,c3,c4]", 2),
        (5, "[c1,c2,c3,c4]", 3),
    ],
)
def test_bugs_of_parity_rename_the_variables_of_the_sum_and_then_change_the_modulus(
    bugs, the_sum, modulus
):
    source = Task(PARITY, bugs).source
    assert f"bit_sum = sum({the_sum})\n    return bit_sum % {modulus}\n" in source
    assert "def parity(b1,b2,b3,b4):" in source


@pytest.mark.parametrize(
    ("bugs", "formula"),
    [(0, "a*pow(x,2)+b*x+c"), (1, "a*pow(x,2)-b*x+c"), (2, "a*pow(x,2)-b*x-c")],
)
def test_bugs_of_quadratic_turn_plus_into_minus_from_left_to_right(bugs, formula):
    assert f"return {formula}\n" in Task(QUADRATIC, bugs).source


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.label)
def test_a_task_differs_from_the_right_program_in_its_bugs_only(task):
    right = task.function.source
    assert sum(a != b for a, b in zip(right, task.source, strict=True)) == task.bugs


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.label)
def test_the_tree_has_the_same_bugs_as_the_program(task):
    problem = PROBLEMS[task.function.name]
    tree, buggy = problem.tree, problem.buggy(task.bugs)
    assert sum(a != b for a, b in zip(tree, buggy, strict=True)) == task.bugs


def test_the_parity_tests_are_all_sixteen_inputs():
    assert len(set(PARITY.cases)) == 16
    assert sum(PARITY.right(*case) for case in PARITY.cases) == 8


def test_a_function_or_a_single_task_is_found_by_its_name():
    assert [task.label for task in tasks_called("quadratic")] == ["quadratic:1", "quadratic:2"]
    assert [task.label for task in tasks_called("4-parity:3")] == ["4-parity:3"]


@pytest.mark.parametrize("name", ["", "parity", "4-parity:6", "4-parity:0", "quadratic:3"])
def test_an_unknown_task_is_refused_with_those_there_are(name):
    with pytest.raises(ValueError, match="quadratic:1 to quadratic:2"):
        tasks_called(name)
