"""Draw examples: a parent program with several edits of it, each with a commit message.

Every parent and child runs and builds a body; every child's body differs from its parent's, but
for children of the broad families whose message says that they only tidy up.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from workers.training.corpus import families, messages, styles
from workers.training.corpus.edits_broad import BROAD
from workers.training.corpus.program import Program
from workers.training.corpus.restyle import restyle, unrenamable

MAX_LINES = 64  # of corpus programs after earlier edits; most have under 45
MAX_EDIT_LINES = 14


@dataclass(frozen=True)
class Example:
    """A parent and its edits as (message, child source)."""

    family: str
    parent: str
    edits: tuple[tuple[str, str], ...]


def draw_parent(rng: Random, pool) -> tuple[str, Program] | None:
    """Return a restyled program of a random family, grown by up to 12 earlier edits."""
    family = rng.choices([f for f, _ in pool], [w for _, w in pool])[0]
    source, choice = family(rng), choice_of(family.__name__)
    kept = unrenamable(source) if choice is BROAD else frozenset()
    program = Program.read(restyle(rng, source, kept))
    if program is None:
        return None
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 7, 9, 12))):
        child = messages.child(rng, program, choice)
        if child and child[1].count("\n") < MAX_LINES:
            program = Program.read(child[1]) or program
    return family.__name__, program


def choice_of(family: str) -> messages.Choice:
    """Return the edit operators that programs of a family are edited with."""
    return BROAD if family in styles.NAMES else messages.PLAIN


def draw_example(rng: Random, pool=families.FAMILIES, count: int = 6) -> Example | None:
    """Return a parent with up to ``count`` different edits, None when too few are found."""
    drawn = draw_parent(rng, pool)
    if drawn is None:
        return None
    family, program = drawn
    seen, edits = {program.shape.signature}, []
    for _ in range(2 * count):
        found = messages.child(rng, program, choice_of(family))
        if found is None:
            continue
        # a child that only tidies up is told from the others by its text
        is_tidy = found[2].signature == program.shape.signature
        mark = found[1] if is_tidy else found[2].signature
        if mark not in seen:
            seen.add(mark)
            edits.append(found[:2])
            if len(edits) == count:
                break
    return Example(family, program.source, tuple(edits)) if len(edits) >= count // 2 else None


def draw_examples(
    rng_seed: int, number: int, pool=families.FAMILIES, count: int = 6
) -> Iterator[Example]:
    """Yield ``number`` examples; the same seed gives the same ones."""
    rng = Random(rng_seed)
    while number > 0:
        example = draw_example(rng, pool, count)
        if example:
            number -= 1
            yield example


def held_out_pool():
    """Families that training never sees."""
    return tuple((f, 1) for f in families.HELD_OUT)


def write(path: Path, examples) -> None:
    """Write examples, one JSON object a line."""
    with path.open("w") as file:
        for e in examples:
            file.write(
                json.dumps({"family": e.family, "parent": e.parent, "edits": e.edits}) + "\n"
            )


def read(path: Path) -> list[Example]:
    """Read what ``write`` wrote."""
    out = []
    for line in path.read_text().splitlines():
        row = json.loads(line)
        out.append(Example(row["family"], row["parent"], tuple(map(tuple, row["edits"]))))
    return out
