"""The paper's control: node mutation of an expression tree, blind to what the function is for.

Appendix A of Lehman et al. 2022 says: Tiny GP (Sipper 2019), its mutation restricted to nodes, the
rate tuned by hand for each problem, terminals with the prefix c added, the function translated by
hand into a tree. The rest is not in the paper. Chosen here:

* Every node mutates with the problem's rate, independently of the others, and is replaced by a
  draw from all nodes of its arity, itself among them, as Tiny GP draws.
* Functions are Tiny GP's own three (add, sub, mul) and those that the program needs besides
  (``%`` and ``sum``; ``pow``). ``sum`` is one node with four children, as in the program.
* Terminals are the variables and constants that stand in the right program or in a buggy one.
* The rate of Quadratic is Tiny GP's default. That of 4-Parity is the one with which these choices
  come closest to the paper's five figures: one number tuned by hand, as there.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from workers.benchmark.bugs import PARITY, QUADRATIC, Task

Tree = tuple[str, ...]  # its nodes from the root, each before its children

_FUNCTIONS = {  # arity, Python
    "add": (2, "({} + {})"),
    "sub": (2, "({} - {})"),
    "mul": (2, "({} * {})"),
    "mod": (2, "({} % {})"),
    "pow": (2, "pow({}, {})"),
    "sum": (4, "sum([{}, {}, {}, {}])"),
}


@dataclass(frozen=True)
class Problem:
    """A function as a tree, and what its nodes may become."""

    head: str  # of the program
    tree: Tree
    bugs: tuple[tuple[int, str], ...]  # (node, what it wrongly is), in the order of the task
    functions: tuple[str, ...]
    terminals: tuple[str, ...]
    rate: float  # chance of a node to mutate

    def buggy(self, bugs: int) -> Tree:
        """Return the tree with its first ``bugs`` bugs."""
        nodes = list(self.tree)
        for position, wrong in self.bugs[:bugs]:
            nodes[position] = wrong
        return tuple(nodes)

    def mutate(self, tree: Tree, rng: Random) -> Tree:
        """Return a child of ``tree``, which has the same shape."""
        return tuple(
            rng.choice(self.peers[node]) if rng.random() < self.rate else node for node in tree
        )

    def program(self, tree: Tree) -> str:
        """Return the Python function that a tree stands for."""
        nodes = iter(tree)

        def written() -> str:
            node = next(nodes)
            if node not in _FUNCTIONS:
                return node
            arity, text = _FUNCTIONS[node]
            return text.format(*[written() for _ in range(arity)])

        return f"{self.head}\n    return {written()}\n"

    @cached_property
    def peers(self) -> dict[str, tuple[str, ...]]:
        """For each node those of its arity."""
        arities = {name: _FUNCTIONS[name][0] for name in self.functions}
        of_functions = {
            name: tuple(other for other in self.functions if arities[other] == arities[name])
            for name in self.functions
        }
        return of_functions | dict.fromkeys(self.terminals, self.terminals)


PROBLEMS = {
    PARITY.name: Problem(
        head="def parity(b1,b2,b3,b4):",
        tree=("mod", "sum", "b1", "b2", "b3", "b4", "2"),
        bugs=((2, "c1"), (3, "c2"), (4, "c3"), (5, "c4"), (6, "3")),
        functions=("add", "sub", "mul", "mod", "sum"),
        terminals=("b1", "b2", "b3", "b4", "c1", "c2", "c3", "c4", "2", "3"),
        rate=0.47,
    ),
    QUADRATIC.name: Problem(
        head="def quadratic(a,b,c,x):",
        tree=("add", "add", "mul", "a", "pow", "x", "2", "mul", "b", "x", "c"),
        bugs=((1, "sub"), (0, "sub")),
        functions=("add", "sub", "mul", "pow"),
        terminals=("a", "b", "c", "x", "2"),
        rate=0.2,
    ),
}


def children(task: Task, count: int, rng_seed: int) -> Iterator[tuple[str, int]]:
    """Yield each program among ``count`` mutations of the task's buggy tree, with its number."""
    problem = PROBLEMS[task.function.name]
    parent, rng = problem.buggy(task.bugs), Random(rng_seed)
    found = Counter(problem.mutate(parent, rng) for _ in range(count))
    for tree, number in found.items():
        yield problem.program(tree), number


def parent_program(task: Task) -> str:
    """Return the task's buggy function as the tree has it."""
    problem = PROBLEMS[task.function.name]
    return problem.program(problem.buggy(task.bugs))
