"""Draw examples of general Python: edits of the standard library's functions, bugs and repairs.

Three families: "stdlib" (a function and edits of it), "repair" (the same with bugs put in; one
edit takes them out), "arithmetic" (small functions of our own with bugs, run to see that the bugs
show). Parents and children compile; no two of an example have the same syntax tree.
"""

import ast
from collections.abc import Iterator
from random import Random

from workers.training.corpus import arithmetic, bugs, function_edits, swaps
from workers.training.corpus.arithmetic import Small
from workers.training.corpus.functions import compiles, stdlib_functions
from workers.training.corpus.generate import Example
from workers.training.corpus.text import Text

SHARES = (("stdlib", 5), ("repair", 3), ("arithmetic", 3))
LEAST, MOST = 4, 6  # edits of a parent
BENCHMARK_NAMES = {"parity", "quadratic"}  # a function of the library that is called so stays out


def draw_stdlib(rng_seed: int, number: int, shares=SHARES) -> Iterator[Example]:
    """Yield ``number`` examples; the same seed and interpreter give the same ones."""
    rng = Random(rng_seed)
    draw = {"stdlib": _edited, "repair": _repaired, "arithmetic": _arithmetic}
    while number > 0:
        family = rng.choices([f for f, _ in shares], [w for _, w in shares])[0]
        example = draw[family](rng)
        if example:
            number -= 1
            yield example


class _Edits:
    """The edits of one parent so far; one whose tree is there already is not taken."""

    def __init__(self, parent: str):
        self.seen = {_tree(parent)}
        self.edits: list[tuple[str, str]] = []

    def add(self, message: str, child: str) -> bool:
        if not compiles(child) or (tree := _tree(child)) in self.seen:
            return False
        self.seen.add(tree)
        self.edits.append((message, child))
        return True


def _tree(source: str) -> str:
    return ast.dump(ast.parse(source))


def _read(source: str) -> Text:
    return Text(source, ast.parse(source))


def _function(rng: Random) -> Text:
    while True:
        text = _read(rng.choice(stdlib_functions()))
        if not any(w in function_edits.function_name(text).lower() for w in BENCHMARK_NAMES):
            return text


def _edited(rng: Random) -> Example | None:
    text = _function(rng)
    found = _Edits(text.source)
    _add_edits(rng, text, found, rng.randint(LEAST, MOST))
    return _example("stdlib", text.source, found, LEAST)


def _add_edits(rng: Random, text: Text, found: _Edits, count: int) -> None:
    """Add edits of any kind until there are ``count``."""
    operators, weights = zip(*function_edits.EDITS, strict=True)
    for _ in range(4 * count):
        if len(found.edits) >= count:
            break
        # the names that an operator takes are not taken for the next one
        made = rng.choices(operators, weights)[0](rng, Text(text.source, text.tree))
        if made:
            message = made[0][0].lower() + made[0][1:] if rng.random() < 0.1 else made[0]
            found.add(message + ("." if rng.random() < 0.1 else ""), made[1])


def _repaired(rng: Random) -> Example | None:
    """A function with bugs; the first edit repairs it, the others are like those of "stdlib"."""
    text = _function(rng)
    injected = bugs.inject(rng, text, rng.choice((1, 1, 1, 1, 2, 2, 3)))
    parent = swaps.apply(text.source, injected)
    if not injected or not compiles(parent):
        return None
    found = _Edits(parent)
    message = bugs.repair_message(rng, injected, function_edits.function_name(text))
    if not found.add(message, text.source):
        return None
    _add_edits(rng, _read(parent), found, rng.randint(3, 4))
    return _example("repair", parent, found, 1)


def _arithmetic(rng: Random) -> Example | None:
    """A small function with bugs that show when it runs."""
    small = arithmetic.draw_small(rng)
    text = _read(small.source)
    injected = bugs.inject(rng, text, rng.choice((1, 1, 1, 2, 2, 3, 4)))
    buggy = Small(swaps.apply(small.source, injected), small.arguments)
    if not injected or not compiles(buggy.source):
        return None
    if arithmetic.outcomes(buggy) == arithmetic.outcomes(small):
        return None
    found = _Edits(buggy.source)
    message = bugs.repair_message(rng, injected, function_edits.function_name(text))
    if not found.add(message, small.source):
        return None
    _add_edits(rng, _read(buggy.source), found, rng.randint(2, 4))
    sources = [buggy.source, *(child for _, child in found.edits)]
    if any(arithmetic.is_benchmark(Small(s, small.arguments)) for s in sources):
        return None
    return _example("arithmetic", buggy.source, found, 1)


def _example(family: str, parent: str, found: _Edits, least: int) -> Example | None:
    return Example(family, parent, tuple(found.edits)) if len(found.edits) >= least else None
