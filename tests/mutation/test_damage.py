"""Diffs as models write them, a little wrong: how often they still give exactly their child.

The table is that of the prototype (400 gold diffs of corpus edits): none 1, numbers 1, context
line dropped 0.92, indentation lost 1, typo 1, blank without its space 1, last line cut 1.
"""

import re
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.mutation.diff import Applied, apply_diff, unified_diff
from workers.training.corpus.generate import draw_examples

DIFFS = 400


@pytest.fixture(scope="module")
def gold() -> list[tuple[str, str]]:
    """(parent, child) of corpus edits."""
    examples = draw_examples(11, 100, count=5)
    pairs = [(example.parent, child) for example in examples for _, child in example.edits]
    assert len(pairs) >= DIFFS
    return Random(0).sample(pairs, DIFFS)


def none(rng, lines):
    return lines


def random_numbers(rng, lines):
    def number(_):
        return f"@@ -{rng.randint(1, 40)},{rng.randint(1, 9)} +{rng.randint(1, 40)},9 @@"

    return [re.sub(r"@@ -\d+(,\d+)? \+\d+(,\d+)? @@", number, line) for line in lines]


def context_line_dropped(rng, lines):
    places = [k for k, line in enumerate(lines) if line[:1] == " "]
    gone = rng.choice(places) if places else None
    return [line for k, line in enumerate(lines) if k != gone]


def indentation_lost(rng, lines):
    k = rng.choice([k for k, line in enumerate(lines) if line[:1] in (" ", "-") and line.strip()])
    return [*lines[:k], lines[k][0] + lines[k][1:].lstrip(), *lines[k + 1 :]]


def typo_in_context(rng, lines):
    places = [k for k, line in enumerate(lines) if line[:1] == " " and len(line) > 12]
    if not places:
        return lines
    k = rng.choice(places)
    at = rng.randrange(5, len(lines[k]))
    return [*lines[:k], lines[k][:at] + "x" + lines[k][at + 1 :], *lines[k + 1 :]]


def blank_without_its_space(rng, lines):
    return ["" if line == " " else line for line in lines]


def last_line_cut(rng, lines):
    return [line for line in lines if line and not line.startswith("\\")][:-1]


DAMAGE = {
    none: 1.0,
    random_numbers: 0.995,  # repeated lines: the number is then all that tells them apart
    context_line_dropped: 0.92,
    indentation_lost: 1.0,
    typo_in_context: 0.995,
    blank_without_its_space: 1.0,
    last_line_cut: 0.995,  # now and then the last line is what changes
}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_damaged_diffs_still_give_their_child(damage, gold):
    rng = Random(3)
    right, how = 0, Counter()
    for parent, child in gold:
        diff = "\n".join(damage(rng, unified_diff(parent, child).split("\n")))
        found = apply_diff(parent, diff)
        right += isinstance(found, Applied) and found.source == child
        how[getattr(found, "how", "refused")] += 1
    print(f"{damage.__name__}: {right / DIFFS:.3f} of {DIFFS}, {dict(how)}")
    assert right / DIFFS >= DAMAGE[damage]


@settings(max_examples=200)
@given(
    st.integers(0, DIFFS - 1),
    st.lists(st.sampled_from(list(DAMAGE)), min_size=1, max_size=3),
    st.integers(0, 2**32),
)
def test_whatever_the_damage_kept_lines_are_the_parents_and_new_lines_the_diffs(
    gold, number, damages, rng_seed
):
    parent, child = gold[number]
    lines, rng = unified_diff(parent, child).split("\n"), Random(rng_seed)
    for damage in damages:
        if any(line[:1] in (" ", "-") and line.strip() for line in lines):
            lines = damage(rng, lines)
    found = apply_diff(parent, "\n".join(lines))
    if isinstance(found, Applied):
        new = Counter(line[1:].strip() for line in lines if line[:1] == "+")
        foreign = Counter(found.source.split("\n")) - Counter(parent.split("\n"))
        assert Counter(line.strip() for line in foreign.elements()) <= new
    else:
        assert found.reason
