"""Examples from children that a run accepted, as the paper fine-tunes on them (section 4).

Plain values in, examples out: who calls exports the triples. What is not fit for the corpus stays
out: parents or children that are too long, children that are their parents, edits that rewrite
most of the program.
"""

import ast
from collections.abc import Iterable

from workers.mutation.lines import edits_between
from workers.mutation.prompt import MAX_LINES, split_source
from workers.training.corpus.generate import Example

MOST = 6  # edits of a parent in one example, as in the drawn ones
MAX_CHARACTERS = 4000  # as for drawn children
MAX_EDITS = 24  # changed lines; more than a model of this size writes


def harvest(triples: Iterable[tuple[str, str, str]]) -> list[Example]:
    """Return examples of family "harvest" from (parent source, message, child source).

    Each parent's children stand together, at most six to an example and in the order in which
    they came; a child that came before under the same parent is left out, whatever its message.
    """
    children: dict[str, dict[str, str]] = {}
    for parent, message, child in triples:
        if _is_fit(parent, message, child):
            children.setdefault(_plain(parent), {}).setdefault(_plain(child), message.strip())
    examples = []
    for parent, found in children.items():
        edits = [(message, child) for child, message in found.items()]
        for start in range(0, len(edits), MOST):
            examples.append(Example("harvest", parent, tuple(edits[start : start + MOST])))
    return examples


def _plain(source: str) -> str:
    """Return a program without trailing space, so that equal ones are equal."""
    return "\n".join(line.rstrip() for line in source.strip("\n").split("\n"))


def _is_fit(parent: str, message: str, child: str) -> bool:
    if not message.strip() or max(len(parent), len(child)) > MAX_CHARACTERS:
        return False
    old, new = split_source(_plain(parent)), split_source(_plain(child))
    if max(len(old), len(new)) > MAX_LINES:
        return False
    trees = [_tree(source) for source in (parent, child)]
    if None in trees or trees[0] == trees[1]:
        return False
    return len(edits_between(old, new)) <= MAX_EDITS


def _tree(source: str) -> str | None:
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError):
        return None
