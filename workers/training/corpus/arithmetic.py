"""Small functions of arithmetic in many shapes, for bugs to be put in.

Never those of the mutation benchmark, the parity of four bits and the quadratic of three
coefficients: ``is_benchmark`` knows them by what they compute, under any names.
"""

import builtins
from itertools import permutations, product
from random import Random

from workers.training.corpus import small_algorithms as algorithms
from workers.training.corpus import small_formulas as formulas
from workers.training.corpus.small import Small

_NUMBERS = ((0, 1, 2, 3, 4, 5), (1, 0, 3, 5, 2, 4), (2, 3, 1, 4, 6, 1), (5, 2, 7, 1, 3, 8), (3, 7, 2, 9, 1, 6),
            (-1, 4, 2, -3, 5, 2), (6, 6, 6, 6, 6, 6), (9, 1, 4, 2, 8, 3), (1, 1, 0, 1, 0, 1), (0, 0, 1, 0, 1, 1))  # fmt: skip
# tuples: a bug that appends to what a loop runs over must not run for ever
_LISTS = ((3, 1, 2), (1, 4, 4, 0, 7), (5,), (2, 9, 6, 3), (-1, 8, 0, 5, 2, 2))
SHAPES = (
    (formulas.modular_sum, 3), (formulas.xor_chain, 1.5), (formulas.polynomial, 3), (algorithms.horner, 0.7), (formulas.weighted, 1.5),
    (formulas.squares, 1), (algorithms.extreme, 1.5), (algorithms.clamp, 1), (algorithms.between, 1), (algorithms.ordered, 1), (algorithms.divisible, 1),
    (formulas.average, 1.2), (formulas.rectangle, 1), (formulas.distance, 1.2), (formulas.slope, 0.4), (formulas.convert, 1), (formulas.interpolate, 1),
    (algorithms.difference, 1), (algorithms.sign, 0.7), (algorithms.sum_loop, 1.5), (algorithms.factorial, 0.7), (algorithms.fibonacci, 0.5),
    (algorithms.over_list, 3), (algorithms.dot, 0.7), (algorithms.prime, 0.5), (algorithms.leap, 0.4), (formulas.steps, 1.5), (formulas.expression, 3),
    (algorithms.logic, 1.2), (algorithms.median, 0.6), (formulas.price, 0.8),
)  # fmt: skip


def draw_small(rng: Random) -> Small:
    """Return a small function of a random shape."""
    shape = rng.choices([s for s, _ in SHAPES], [w for _, w in SHAPES])[0]
    return shape(rng)


def outcomes(small: Small) -> list[str]:
    """Return what a function of this package gives for fixed arguments: values or exceptions.

    They hold no while loop and loop over nothing that can grow, so a plain ``exec`` always ends.
    """
    return [_outcome(small.source, arguments) for arguments in _arguments(small.arguments)]


def _arguments(kinds: str) -> list[list]:
    rows = []
    for k, numbers in enumerate(_NUMBERS):
        lists = [_LISTS[k % len(_LISTS)], _LISTS[(k + 1) % len(_LISTS)]]
        rows.append([lists[i % 2] if kind == "l" else numbers[i] for i, kind in enumerate(kinds)])
    return rows


def _outcome(source: str, arguments) -> str:
    quiet = {**vars(builtins), "print": lambda *_: None}
    names: dict = {"__builtins__": quiet}
    try:
        exec(compile(source, "<corpus>", "exec", dont_inherit=True), names)
        function = next(v for k, v in names.items() if k != "__builtins__")
        return repr(function(*arguments))
    except Exception as error:
        return type(error).__name__


def is_benchmark(small: Small) -> bool:
    """Whether a function computes the parity of four bits or a quadratic of three coefficients."""
    if small.arguments != "nnnn":
        return False
    bits = list(product((0, 1), repeat=4))
    if all(_outcome(small.source, b) == repr(sum(b) % 2) for b in bits):
        return True
    points = [(2, 3, 5, 7), (1, 4, 6, 3), (5, 2, 1, 9)]
    found = [_outcome(small.source, point) for point in points]
    for order in permutations(range(4)):
        values = []
        for point in points:
            a, b, c, x = (point[k] for k in order)
            values.append(repr(a * x * x + b * x + c))
        if found == values:
            return True
    return False
