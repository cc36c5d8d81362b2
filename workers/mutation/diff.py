"""Unified diffs: made from two programs, and applied to a program the way a patient reader would.

A model's diff is often a little wrong. Hunks are therefore searched for, not looked up: exact
text first, then blind to white space, then lines that are nine tenths alike, then with outer
context lines dropped; every time the match nearest to the stated line. ``how`` records what it
took. What stays in the file keeps the file's text, never the diff's.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

HUNK = re.compile(r"@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@")
_LOOSE_HUNK = re.compile(r"@@")
_HEADER = ("--- ", "+++ ", "diff ", "index ")
NO_NEWLINE = "\\ No newline at end of file"
FUZZY_RATIO = 0.9  # a typo passes, a neighbour rarely does
MAX_WORK = 2_000_000  # characters a fuzzy search may compare; beyond it only exact matches count
HOW = ("exact", "whitespace", "fuzzy", "context_dropped")  # from best to worst


@dataclass(frozen=True)
class Applied:
    """A child: its source, and the worst thing it took to apply the diff."""

    source: str
    how: str


@dataclass(frozen=True)
class DoesNotApply:
    """Why a diff gives no child."""

    reason: str


@dataclass
class _Hunk:
    number: int
    start: int | None  # stated first line of the parent, from 1
    body: list[str]  # lines with their sign
    no_newline_new: bool = False

    @property
    def old(self) -> list[str]:
        return [line[1:] for line in self.body if line[0] != "+"]

    def dropped(self, top: int, bottom: int) -> "_Hunk":
        """Return the hunk without outer context lines."""
        return _Hunk(
            self.number,
            None if self.start is None else self.start + top,
            self.body[top : len(self.body) - bottom],
            self.no_newline_new,
        )


def unified_diff(old: str, new: str, context: int = 3) -> str:
    """Return the hunks that turn ``old`` into ``new`` ("" when equal), without file names."""
    a, b = old.split("\n"), new.split("\n")
    a_end, b_end = a[-1] != "", b[-1] != ""  # a last piece without newline
    a = a if a_end else a[:-1]
    b = b if b_end else b[:-1]
    # with their newlines, so that a last line without one differs from the same line with one
    a_key, b_key = _with_newlines(a, a_end), _with_newlines(b, b_end)
    out = []
    for group in SequenceMatcher(None, a_key, b_key, autojunk=False).get_grouped_opcodes(context):
        i1, i2, j1, j2 = group[0][1], group[-1][2], group[0][3], group[-1][4]
        out.append(f"@@ -{_range(i1, i2)} +{_range(j1, j2)} @@")
        for tag, x1, x2, y1, y2 in group:
            if tag == "equal":
                for k in range(x1, x2):
                    out.append(" " + a[k])
                    if a_end and b_end and k == len(a) - 1:
                        out.append(NO_NEWLINE)
                continue
            for k in range(x1, x2):
                out.append("-" + a[k])
                if a_end and k == len(a) - 1:
                    out.append(NO_NEWLINE)
            for k in range(y1, y2):
                out.append("+" + b[k])
                if b_end and k == len(b) - 1:
                    out.append(NO_NEWLINE)
    return "".join(line + "\n" for line in out)


def _with_newlines(lines: list[str], ends_open: bool) -> list[str]:
    return [x + "\n" for x in lines[:-1]] + [lines[-1] + "\n" * (not ends_open)] if lines else []


def _range(start: int, stop: int) -> str:
    """Return ``line,count`` as diffs count: from 1, and the line above for an empty range."""
    count = stop - start
    return f"{start + 1 if count else start},{count}"


def apply_diff(source: str, diff: str) -> Applied | DoesNotApply:
    """Return the program that ``diff`` makes of ``source``, or why it makes none.

    Never raises, whatever the two texts hold. A diff that changes nothing does not apply.
    """
    hunks = _read(diff)
    if not hunks:
        return DoesNotApply("the diff holds no hunk: no line starts with + or -")
    lines = source.split("\n")
    ends_open = lines[-1] != ""
    if not ends_open:
        lines.pop()
    shift, floor, worst, budget = 0, 0, 0, [MAX_WORK]
    for hunk in hunks:
        found = _locate(lines, hunk, floor, shift, budget)
        if isinstance(found, str):
            return DoesNotApply(f"hunk {hunk.number} of {len(hunks)}{found}")
        hunk, at, how = found
        new, k = [], at
        for line in hunk.body:
            if line[0] == "+":
                new.append(line[1:])
            else:
                if line[0] == " ":
                    new.append(lines[k])
                k += 1
        reaches_end = k == len(lines)
        lines[at:k] = new
        if reaches_end:
            ends_open = hunk.no_newline_new if _says_end(hunk) else ends_open
        shift += len(new) - (k - at)
        floor = at + len(new)
        worst = max(worst, HOW.index(how))
    child = "\n".join(lines) + ("" if ends_open or not lines else "\n")
    if child == source:
        return DoesNotApply("the diff changes nothing")
    return Applied(child, HOW[worst])


def _says_end(hunk: _Hunk) -> bool:
    """Whether the hunk's last lines say how the file ends: a changed last line does."""
    return hunk.no_newline_new or hunk.body[-1][0] != " "


def _read(diff: str) -> list[_Hunk]:
    """Return the hunks of a diff; the first foreign line after a hunk ends it."""
    hunks: list[_Hunk] = []
    for line in diff.split("\n"):
        stated = HUNK.match(line)
        if stated or _LOOSE_HUNK.match(line):
            hunks.append(_Hunk(len(hunks) + 1, int(stated[1]) if stated else None, []))
        elif not hunks and line.startswith(_HEADER):
            continue
        elif line.startswith("\\"):
            if hunks and hunks[-1].body and hunks[-1].body[-1][0] != "-":
                hunks[-1].no_newline_new = True
        elif line[:1] in ("+", "-", " "):
            if not hunks:
                hunks.append(_Hunk(1, None, []))
            hunks[-1].body.append(line)
        elif line == "":
            if hunks and hunks[-1].body:
                hunks[-1].body.append(" ")  # a blank context line that lost its space
        elif hunks:
            break
    kept = []
    for hunk in hunks:
        while hunk.body and hunk.body[-1] == " ":
            hunk.body.pop()
        if any(line[0] != " " for line in hunk.body):
            kept.append(hunk)
    return kept


def _locate(lines, hunk: _Hunk, floor: int, shift: int, budget) -> tuple[_Hunk, int, str] | str:
    """Return the hunk as it fits, where and how; or the end of a sentence that says it does not."""
    if not hunk.old:
        if hunk.start is None:
            return " inserts lines without saying where: no line number and no context"
        return hunk, max(floor, min(len(lines), hunk.start + shift)), "exact"
    hint = floor if hunk.start is None else hunk.start - 1 + shift
    found = _find(lines, hunk.old, hint, floor, budget)
    if found:
        return hunk, *found
    top = next(k for k, line in enumerate(hunk.body) if line[0] != " ")
    bottom = next(k for k, line in enumerate(reversed(hunk.body)) if line[0] != " ")
    for drop in range(1, max(top, bottom) + 1):
        for cut in (
            (min(drop, top), 0),
            (0, min(drop, bottom)),
            (min(drop, top), min(drop, bottom)),
        ):
            less = hunk.dropped(*cut)
            if cut != (0, 0) and less.old:
                found = _find(lines, less.old, hint + cut[0], floor, budget)
                if found:
                    return less, found[0], "context_dropped"
    first = hunk.old[0].strip()[:60]
    at = f", line {hunk.start}" if hunk.start is not None else ""
    here = lines[hunk.start - 1].strip()[:60] if hunk.start and hunk.start <= len(lines) else None
    has = f", the parent has {here!r}" if here is not None else ""
    return f"{at}: expected {first!r}{has}"


def _find(lines, old, hint: int, floor: int, budget) -> tuple[int, str] | None:
    """Return where ``old`` stands in ``lines``, nearest to ``hint``, and how it was found."""
    n = len(old)
    places = sorted(range(floor, len(lines) - n + 1), key=lambda p: (abs(p - hint), p))
    for p in places:
        if lines[p] == old[0] and lines[p : p + n] == old:
            return p, "exact"
    bare_old, bare = ["".join(x.split()) for x in old], ["".join(x.split()) for x in lines]
    if any(bare_old):
        for p in places:
            if bare[p] == bare_old[0] and bare[p : p + n] == bare_old:
                return p, "whitespace"
        for p in places:
            if all(_similar(bare[p + k], bare_old[k], budget) for k in range(n)):
                return p, "fuzzy"
    return None


def _similar(a: str, b: str, budget) -> bool:
    """Whether two lines without white space are alike; stops comparing when the budget is spent."""
    if a == b:
        return True
    longer = max(len(a), len(b))
    if 2 * min(len(a), len(b)) < FUZZY_RATIO * (len(a) + len(b)):
        return False
    budget[0] -= longer * (1 + longer // 50)
    if budget[0] < 0 or longer > 2000:
        return False
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.quick_ratio() >= FUZZY_RATIO and matcher.ratio() >= FUZZY_RATIO
