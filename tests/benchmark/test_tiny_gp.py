"""The paper's control: what it changes, and how often it solves a task."""

from itertools import permutations
from math import prod, sqrt
from random import Random

import pytest

from workers.benchmark.bugs import PARITY, TASKS, Task, tasks_called
from workers.benchmark.published import GP_TRIALS, PAPER_GP, READING_ERROR
from workers.benchmark.tiny_gp import PROBLEMS, children, parent_program


def chance(task: Task) -> float:
    """The chance of one mutation to repair the task's tree, by the rules of probability.

    Each node must become, or stay, what it is in a right tree. For 4-Parity these are the trees
    with the four variables in any order; of Quadratic only the one tree counts here, the few
    others (``x * x`` for ``pow(x, 2)``) add less than a hundredth.
    """
    problem = PROBLEMS[task.function.name]
    now = problem.buggy(task.bugs)

    def becomes(old: str, new: str) -> float:
        drawn = problem.rate / len(problem.peers[old])
        return drawn + (1 - problem.rate) * (old == new)

    orders = [problem.tree]
    if task.function is PARITY:
        root, the_sum, *variables, modulus = problem.tree
        orders = [(root, the_sum, *order, modulus) for order in permutations(variables)]
    return sum(prod(map(becomes, now, order)) for order in orders)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.label)
def test_children_have_the_shape_of_their_parent(task):
    problem = PROBLEMS[task.function.name]
    parent, rng = problem.buggy(task.bugs), Random(1)
    for _ in range(300):
        child = problem.mutate(parent, rng)
        assert all(new in problem.peers[old] for old, new in zip(parent, child, strict=True))


@pytest.mark.parametrize("name", PROBLEMS)
def test_each_node_changes_as_often_as_the_rate_says(name):
    problem, rng, trials = PROBLEMS[name], Random(2), 20_000
    changes = [0] * len(problem.tree)
    for _ in range(trials):
        child = problem.mutate(problem.tree, rng)
        changes = [n + (a != b) for n, a, b in zip(changes, child, problem.tree, strict=True)]
    for node, changed in zip(problem.tree, changes, strict=True):
        expected = problem.rate * (1 - 1 / len(problem.peers[node]))
        assert abs(changed / trials - expected) < 4 * sqrt(0.25 / trials)


@pytest.mark.parametrize(
    "label", ["4-parity:1", "4-parity:2", "4-parity:3", "quadratic:1", "quadratic:2"]
)
def test_it_solves_as_often_as_probability_says(judge, label):
    [task] = tasks_called(label)
    trials = 20_000
    expected = chance(task) * trials
    # only trees near the right one can solve; the others need not run for this count
    problem = PROBLEMS[task.function.name]
    right = sorted(problem.program(problem.tree))
    solved = sum(
        times
        for source, times in children(task, trials, rng_seed=5)
        if sorted(source) == right and judge.test(task.function, source) == "solved"
    )
    assert abs(solved - expected) <= 3 * sqrt(expected) + 1


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.label)
def test_its_chance_is_what_the_paper_found_within_sampling_error(task):
    published = PAPER_GP.rate(task.function.name, task.bugs)
    expected = chance(task)
    sampling = sqrt(expected / GP_TRIALS)
    assert abs(published - expected) < 2 * (sampling + READING_ERROR * expected)


def test_trials_add_up_and_repeat_with_the_seed():
    [task] = tasks_called("quadratic:2")
    first = list(children(task, 5_000, rng_seed=3))
    assert sum(times for _, times in first) == 5_000
    assert first == list(children(task, 5_000, rng_seed=3))
    assert first != list(children(task, 5_000, rng_seed=4))


def test_trees_are_written_as_python():
    [parity] = tasks_called("4-parity:5")
    assert parent_program(parity).endswith("return (sum([c1, c2, c3, c4]) % 3)\n")
    [quadratic] = tasks_called("quadratic:2")
    assert parent_program(quadratic).endswith("return (((a * pow(x, 2)) - (b * x)) - c)\n")
