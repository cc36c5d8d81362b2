"""The paper's two tasks: a short function with bugs put in one after the other, and its tests.

Source: Lehman et al. 2022 (arXiv 2206.08896), section 3.1 and appendix A. The operator gets the
buggy function once and writes one child; the child must give the right answer to every test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

MESSAGE = "Fixed bugs."  # appendix A: the commit message of these tasks

Case = tuple[float, ...]  # the arguments of one call


@dataclass(frozen=True)
class Function:
    """A correct function, how it is spoilt, and what to call it with."""

    name: str  # of the task
    called: str  # in the program
    source: str
    bugs: tuple[tuple[str, str], ...]  # (right text, wrong text), replaced in this order
    cases: tuple[Case, ...]
    right: Callable[..., float]


@dataclass(frozen=True)
class Task:
    """A function with its first ``bugs`` bugs."""

    function: Function
    bugs: int

    @property
    def label(self) -> str:
        return f"{self.function.name}:{self.bugs}"

    @property
    def source(self) -> str:
        """The buggy program."""
        text = self.function.source
        for right, wrong in self.function.bugs[: self.bugs]:
            assert right in text, f"{self.label}: {right!r} is not in the program"
            text = text.replace(right, wrong, 1)
        return text


# The listings of appendix A.1. Bugs one to four rename a variable of the sum, the fifth changes
# the modulus. The tests are not in the paper; four bits have no more than these 16.
PARITY = Function(
    name="4-parity",
    called="parity",
    source='''\
#!/usr/bin/python3

def parity(b1,b2,b3,b4):
    """ Return binary parity of a sequence of input bits.
    Return 0 for even parity, 1 for odd parity """
    bit_sum = sum([b1,b2,b3,b4])
    return bit_sum % 2
''',
    bugs=(
        ("sum([b1", "sum([c1"),
        (",b2,b3,b4])", ",c2,b3,b4])"),
        (",b3,b4])", ",c3,b4])"),
        (",b4])", ",c4])"),
        ("% 2", "% 3"),
    ),
    cases=tuple(product((0, 1), repeat=4)),
    right=lambda b1, b2, b3, b4: (b1 + b2 + b3 + b4) % 2,
)

# The tests are not in the paper, chosen: each term alone, then all together with both signs, whole
# numbers and fractions (all exact in binary). Nothing beyond 3, so that no tower of powers that a
# mutation builds out of whole numbers takes long.
QUADRATIC = Function(
    name="quadratic",
    called="quadratic",
    source='''\
#!/usr/bin/python3

def quadratic(a,b,c,x):
    """ Return quadratic: a,b,c are coefficients and x is the independent variable."""
    return a*pow(x,2)+b*x+c
''',
    bugs=((")+b", ")-b"), ("x+c", "x-c")),
    cases=(
        (1, 0, 0, 3),
        (0, 1, 0, 3),
        (0, 0, 1, 3),
        (1, 2, 3, 0),
        (2, -3, 1, 2),
        (3, 1, -2, 0.5),
        (-1.5, 0.5, 2.25, -2),
        (0.25, -1, 2.5, -3),
    ),
    right=lambda a, b, c, x: a * x * x + b * x + c,
)

FUNCTIONS = (PARITY, QUADRATIC)
TASKS = tuple(
    Task(function, bugs) for function in FUNCTIONS for bugs in range(1, len(function.bugs) + 1)
)


def tasks_called(name: str) -> list[Task]:
    """Return the tasks of a function (``4-parity``), or one of them (``4-parity:3``).

    Raises:
        ValueError: no such task; the message names those that there are.
    """
    found = [task for task in TASKS if name in (task.label, task.function.name)]
    if not found:
        names = [f"{f.name} or {f.name}:1 to {f.name}:{len(f.bugs)}" for f in FUNCTIONS]
        raise ValueError(f"unknown task {name!r}: use {', '.join(names)}")
    return found
