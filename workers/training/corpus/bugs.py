"""Put bugs into a function, so that taking them out again is an edit to learn from."""

from random import Random

from workers.training.corpus import swaps
from workers.training.corpus.swaps import Swap
from workers.training.corpus.text import Text

MAX_BUGS = 3
_SOURCES = (
    (swaps.variables, 2.5),
    (swaps.undefined_names, 2),
    (swaps.operators, 2.5),
    (swaps.comparisons, 2),
    (swaps.numbers, 2),
    (swaps.negations, 1),
    (swaps.connectives, 1),
    (swaps.flags, 0.5),
    (swaps.bounds, 1),
    (swaps.arguments, 1),
)
_ANY = ("Fixed bugs.",) * 4 + (
    "Fix bugs",
    "Fixed bugs in {name}.",
    "Bug fix",
    "Bugfix in {name}",
    "Fix {name}",
)
_ONE = (
    "Fixed bug in {name}.", "Fixed bug in {name}.", "Fix a bug", "Fix a bug in {name}",
    "Fixed a bug.", "Fix bug", "Fix the bug", "Repair {name}", "Fix an error", "Fix a mistake",
)  # fmt: skip
_MANY = (
    "Fix several bugs",
    "Fix two mistakes",
    "Fix the bugs in {name}",
    "Fix errors",
    "Repair {name}",
)
_OF_KIND = {
    "variable": ("Fix a wrong variable", "Use {new} instead of {old}", "Use the right variable"),
    "name": ("Fix a typo", "Fix an undefined name", "Fix the name {new}", "Fix a NameError"),
    "operator": ("Fix a wrong operator", "Fix the operator", "Use {new} instead of {old}"),
    "comparison": ("Fix a comparison", "Fix a wrong condition", "Fix the comparison in {name}"),
    "constant": ("Fix a wrong constant", "Fix a constant", "Fix a wrong number"),
    "negation": ("Fix a negated condition", "Fix a wrong condition"),
    "connective": ("Fix a wrong condition", "Use {new} instead of {old}"),
    "flag": ("Fix a wrong flag", "Fix a bug"),
    "bound": ("Fix an off-by-one error", "Fix off by one", "Fix the bounds"),
    "arguments": ("Fix the argument order", "Fix swapped arguments"),
}


def inject(rng: Random, text: Text, count: int) -> list[Swap]:
    """Return up to ``count`` bugs in different places."""
    chosen: list[Swap] = []
    for _ in range(3 * count):
        source = rng.choices([s for s, _ in _SOURCES], [w for _, w in _SOURCES])[0]
        found = [s for s in source(rng, text) if not any(s.overlaps(c) for c in chosen)]
        if found:
            chosen.append(rng.choice(found))
        if len(chosen) == count:
            break
    return chosen


def repair_message(rng: Random, bugs: list[Swap], name: str) -> str:
    """Return what a commit that takes out ``bugs`` may say; old and new are those of the repair."""
    if rng.random() < 0.45:
        return rng.choice(_ANY).format(name=name)
    if len(bugs) == 1:
        bug = bugs[0]
        messages = _OF_KIND[bug.kind] if rng.random() < 0.4 else _ONE
        return rng.choice(messages).format(name=name, old=bug.new, new=bug.old)
    messages = [m for m in _MANY if len(bugs) == 2 or "two" not in m]
    return rng.choice(messages).format(name=name)
