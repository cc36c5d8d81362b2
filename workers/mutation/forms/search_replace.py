"""Blocks of lines to find and what replaces them: no numbers to get wrong."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from workers.mutation.forms import Form
from workers.mutation.hunks import Applied, DoesNotApply, Hunk, NoEdit, apply_hunks
from workers.mutation.prompt import split_source

TASK = """\
Write one or more blocks of this kind:
<<<<<<< SEARCH
lines of the program, exactly as they stand there
=======
the lines that come in their place
>>>>>>> REPLACE
The lines to search must stand in the program only once: add a line above or below when needed.
Write the blocks between ``` and ```."""

_SEARCH = re.compile(r"<{4,9} ?SEARCH\b.*")
_MIDDLE = re.compile(r"={4,9}\s*")
_REPLACE = re.compile(r">{4,9} ?REPLACE\b.*")
_CONTEXTS = (0, 1, 2, 3, 5, 8, 1000)  # lines around a change, as few as make its place clear


def show(parent: str) -> str:
    """Return the program as it is."""
    return parent.rstrip("\n")


def write(parent: str, child: str) -> str:
    """Return the blocks that turn ``parent`` into ``child``, each clear about its place."""
    old, new = split_source(parent), split_source(child)
    for context in _CONTEXTS:
        pairs = list(_pairs(old, new, context))
        if all(_count(old, a) == 1 for a, _ in pairs):
            break
    return "\n".join(
        "\n".join(["<<<<<<< SEARCH", *a, "=======", *b, ">>>>>>> REPLACE"]) for a, b in pairs
    )


def _pairs(old: list[str], new: list[str], context: int) -> Iterator[tuple[list[str], list[str]]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(context):
        yield old[group[0][1] : group[-1][2]], new[group[0][3] : group[-1][4]]


def _count(lines: list[str], part: list[str]) -> int:
    n = len(part)
    return sum(lines[k : k + n] == part for k in range(len(lines) - n + 1))


def read(parent: str, answer: str) -> Applied | DoesNotApply:
    """Return the child; what stands around the blocks is skipped, and so is an unfinished one."""
    found = list(_blocks(answer))
    if not found:
        return NoEdit("the answer holds no complete SEARCH and REPLACE block")
    return apply_hunks(parent, [_hunk(a, b) for a, b in found], in_order=False)


def _blocks(answer: str) -> Iterator[tuple[list[str], list[str]]]:
    old: list[str] | None = None
    new: list[str] | None = None
    for line in answer.split("\n"):
        if _SEARCH.fullmatch(line):
            old, new = [], None
        elif old is not None and new is None and _MIDDLE.fullmatch(line):
            new = []
        elif old is not None and new is not None and _REPLACE.fullmatch(line):
            yield old, new
            old = new = None
        elif new is not None:
            new.append(line)
        elif old is not None:
            old.append(line)


def _hunk(old: list[str], new: list[str]) -> Hunk:
    """Return the block as a hunk; lines on both sides are context, which keeps the file's text."""
    body: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            body += [" " + line for line in old[i1:i2]]
        else:
            body += ["-" + line for line in old[i1:i2]] + ["+" + line for line in new[j1:j2]]
    return Hunk(tuple(body))


FORM = Form("search_replace", TASK, show, write, read)
