"""Unified diffs: made from two programs, and read as models write them."""

import re
from difflib import SequenceMatcher

from workers.mutation.hunks import Applied, DoesNotApply, Hunk, NoEdit, apply_hunks

HUNK = re.compile(r"@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@")
_LOOSE_HUNK = re.compile(r"@@")
_HEADER = ("--- ", "+++ ", "diff ", "index ")
NO_NEWLINE = "\\ No newline at end of file"


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
    hunks = read_hunks(diff)
    if not hunks:
        return NoEdit("the diff holds no hunk: no line starts with + or -")
    return apply_hunks(source, hunks, in_order=True)


def read_hunks(diff: str) -> list[Hunk]:
    """Return the hunks of a diff; the first foreign line after a hunk ends it."""
    found: list[tuple[int | None, list[str]]] = []
    open_ends: set[int] = set()  # hunks after whose last new line "no newline" stands
    for line in diff.split("\n"):
        stated = HUNK.match(line)
        if stated or _LOOSE_HUNK.match(line):
            found.append((int(stated[1]) if stated else None, []))
        elif not found and line.startswith(_HEADER):
            continue
        elif line.startswith("\\"):
            if found and found[-1][1] and found[-1][1][-1][0] != "-":
                open_ends.add(len(found) - 1)
        elif line[:1] in ("+", "-", " "):
            if not found:
                found.append((None, []))
            found[-1][1].append(line)
        elif line == "":
            if found and found[-1][1]:
                found[-1][1].append(" ")  # a blank context line that lost its space
        elif found:
            break
    for _, body in found:
        while body and body[-1] == " ":
            body.pop()
    hunks = [Hunk(tuple(b), start, k in open_ends) for k, (start, b) in enumerate(found)]
    return [hunk for hunk in hunks if hunk.changes]
