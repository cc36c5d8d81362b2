"""Line edits, which the bundled model writes: ``=17|new text``, ``+17|inserted``, ``-17``.

Line numbers count the parent's lines from 0 and ascend; an insertion goes below its line. Equal
model and compute gave 19.5 % valid children in this form, 12.5 % as search/replace and 3.9 % as
unified diff.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_TEXT_FORM = re.compile(r"([=+])(\d{1,6})\|(.*)|(-)(\d{1,6})", re.S)
_PAIRING_LIMIT = 400  # cells of the alignment table; larger blocks are paired in order


@dataclass(frozen=True)
class LineEdit:
    """One edit: ``op`` is ``=``, ``+`` or ``-``; ``line`` counts the parent's lines from 0."""

    op: str
    line: int
    text: str = ""

    def __str__(self) -> str:
        return f"-{self.line}" if self.op == "-" else f"{self.op}{self.line}|{self.text}"


class BadEdit(ValueError):
    """Edits that mean nothing for this parent; the message says which and why."""


def parse_edits(text: str) -> list[LineEdit]:
    """Return the edits written in ``text``, one a line; blank lines are skipped.

    Raises:
        BadEdit: a line is no edit.
    """
    edits = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        found = _TEXT_FORM.fullmatch(line)
        if not found:
            raise BadEdit(f"line {number} of the completion is no edit: {line[:60]!r}")
        op, at, new, minus, gone = found.groups()
        edits.append(LineEdit("-", int(gone)) if minus else LineEdit(op, int(at), new))
    return edits


def render_edits(edits: Sequence[LineEdit]) -> str:
    """Return the text form of ``edits``, which ``parse_edits`` reads back."""
    return "\n".join(map(str, edits))


def apply_edits(lines: Sequence[str], edits: Sequence[LineEdit]) -> list[str]:
    """Return the child's lines.

    Raises:
        BadEdit: no edit at all, or a line that the parent does not have.
    """
    if not edits:
        raise BadEdit("the completion holds no edit")
    changed: dict[int, str | None] = {}
    below: dict[int, list[str]] = {}
    for edit in edits:
        if not 0 <= edit.line < len(lines):
            raise BadEdit(f"edit {edit}: the parent has lines 0 to {len(lines) - 1}")
        if edit.op == "+":
            below.setdefault(edit.line, []).append(edit.text)
        else:
            changed[edit.line] = None if edit.op == "-" else edit.text
    child = []
    for number, line in enumerate(lines):
        new = changed.get(number, line)
        if new is not None:
            child.append(new)
        child += below.get(number, ())
    return child


def edits_between(old: Sequence[str], new: Sequence[str]) -> list[LineEdit]:
    """Return edits that turn ``old`` into ``new``; similar lines are paired as replacements."""
    edits: list[LineEdit] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            edits += _block(old, new, i1, i2, j1, j2)
    return edits


def _block(old, new, i1, i2, j1, j2) -> list[LineEdit]:
    """Return the edits that turn ``old[i1:i2]`` into ``new[j1:j2]``."""
    edits = []
    above = i1 - 1
    if above < 0 and i1 == i2 and old:  # nothing lies above the first line: rewrite it instead
        edits.append(LineEdit("=", 0, new[j1]))
        return edits + [LineEdit("+", 0, text) for text in [*new[j1 + 1 : j2], old[0]]]
    for i, j in _pairs(old[i1:i2], new[j1:j2], is_top=i1 == 0):
        if i is None:
            edits.append(LineEdit("+", max(above, 0), new[j1 + j]))
        elif j is None:
            above = i1 + i
            edits.append(LineEdit("-", above))
        else:
            above = i1 + i
            edits.append(LineEdit("=", above, new[j1 + j]))
    return edits


def _pairs(old, new, is_top: bool) -> list[tuple[int | None, int | None]]:
    """Align two blocks of lines so that the paired lines are as alike as possible.

    At the top of the program the first lines are a pair: nothing can be inserted above line 0.
    """
    n, m = len(old), len(new)
    if n * m > _PAIRING_LIMIT or n == 0 or m == 0:
        return (
            [(k, k) for k in range(min(n, m))]
            + [(None, k) for k in range(n, m)]
            + [(k, None) for k in range(m, n)]
        )
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            pair = best[i + 1][j + 1] + _alike(old[i], new[j])
            best[i][j] = max(best[i + 1][j], best[i][j + 1], pair)
    pairs: list[tuple[int | None, int | None]] = [(0, 0)] if is_top else []
    i = j = len(pairs)
    while i < n or j < m:
        pair = best[i + 1][j + 1] + _alike(old[i], new[j]) if i < n and j < m else -1.0
        if pair >= best[i][j] - 1e-9:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif i < n and (j == m or best[i + 1][j] > best[i][j + 1] - 1e-9):
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return pairs


def _alike(a: str, b: str) -> float:
    """Return how alike two lines are: a small reward for any pair, more for the same words."""
    x, y = a.strip(), b.strip()
    if x == y:
        return 1.05
    if not x or not y:
        return 0.0
    ratio = SequenceMatcher(None, x, y, autojunk=False).ratio()
    return 0.05 + ratio if ratio > 0.45 else 0.05
