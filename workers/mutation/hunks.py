"""Pieces of an edit, applied to a program the way a patient reader would.

What a model writes is often a little wrong. A piece is therefore searched for, not looked up:
exact text first, then blind to white space, then lines that are nine tenths alike, then with
context lines dropped; every time the match nearest to the stated line. ``how`` records what it
took. What stays in the file keeps the file's text, never the edit's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

FUZZY_RATIO = 0.9  # a typo passes, a neighbour rarely does
MAX_WORK = 2_000_000  # characters a fuzzy search may compare; beyond it only exact matches count
LONGEST_LINE = 2000  # characters; longer lines are compared exactly
# From best to worst, with a sentence for people.
HOW = {
    "exact": "The edit fitted as it was written.",
    "whitespace": "The edit fitted once white space was ignored.",
    "fuzzy": "The edit fitted lines that are nearly those it names.",
    "context_dropped": "The edit fitted after unchanged lines around it were dropped.",
    "whole": "The model wrote the whole program anew.",
}
_ORDER = list(HOW)


@dataclass(frozen=True)
class Applied:
    """A child: its source, and the worst thing it took to apply the edit."""

    source: str
    how: str


@dataclass(frozen=True)
class DoesNotApply:
    """Why an edit gives no child."""

    reason: str


class NoEdit(DoesNotApply):
    """An answer that holds no edit at all."""


@dataclass(frozen=True)
class Hunk:
    """Lines with their sign: a space for one that stays, ``-`` for one that goes, ``+`` for new."""

    body: tuple[str, ...]
    start: int | None = None  # stated first line of the parent, from 1
    ends_open: bool = False  # the child's last line has no newline

    @property
    def old(self) -> list[str]:
        return [line[1:] for line in self.body if line[0] != "+"]

    @property
    def changes(self) -> bool:
        return any(line[0] != " " for line in self.body)

    def dropped(self, top: int, bottom: int) -> "Hunk":
        """Return the hunk without ``top`` and ``bottom`` outer lines."""
        start = None if self.start is None else self.start + top
        return replace(self, body=self.body[top : len(self.body) - bottom], start=start)

    def pieces(self) -> list["Hunk"]:
        """Return one hunk for each block of changes, with the unchanged lines above it."""
        cuts = [
            k for k in range(1, len(self.body)) if self.body[k][0] == " " != self.body[k - 1][0]
        ]
        last = max(k for k, line in enumerate(self.body) if line[0] != " ")
        edges = [0, *(k for k in cuts if k < last), len(self.body)]
        out = []
        for a, b in pairwise(edges):
            above = sum(line[0] != "+" for line in self.body[:a])
            start = None if self.start is None else self.start + above
            out.append(Hunk(self.body[a:b], start, self.ends_open and b == len(self.body)))
        return out


@dataclass(frozen=True)
class _Fit:
    hunk: Hunk  # as it fits, perhaps with fewer context lines
    at: int  # first line of the file that it covers, from 0
    how: str

    @property
    def start(self) -> int:
        """First line that changes."""
        return self.at + _context(self.hunk.body)

    @property
    def stop(self) -> int:
        """The line below the last one that changes."""
        return self.at + len(self.hunk.old) - _context(reversed(self.hunk.body))


class _Misfit(Exception):
    """A hunk that fits nowhere; the message ends a sentence that names the hunk."""


def apply_hunks(source: str, hunks: Sequence[Hunk], *, in_order: bool) -> Applied | DoesNotApply:
    """Return the program that ``hunks`` make of ``source``, or why they make none.

    Every hunk is searched for in ``source`` as it is, whatever the others do to it. Never raises,
    whatever the texts hold. An edit that changes nothing does not apply.

    Args:
        in_order: each hunk lies below the one before it, as in a diff.
    """
    text = _Text(source)
    fits: list[_Fit] = []
    for number, hunk in enumerate(hunks, 1):
        last = fits[-1].stop if fits else 0
        try:
            fits += text.fit(hunk, last, floor=last if in_order else 0)
        except _Misfit as misfit:
            return DoesNotApply(f"hunk {number} of {len(hunks)}{misfit}")
    fits.sort(key=lambda fit: (fit.start, fit.stop))
    for above, below in pairwise(fits):
        if above.stop > below.start:
            return DoesNotApply(f"two hunks change line {below.start + 1}")
    child = text.changed(fits)
    if child == source:
        return DoesNotApply("the edit changes nothing")
    return Applied(child, _ORDER[max(_ORDER.index(fit.how) for fit in fits)])


def _context(body: Iterable[str]) -> int:
    return next(k for k, line in enumerate(body) if line[0] != " ")


class _Text:
    """A program to edit."""

    def __init__(self, source: str):
        self.lines = source.split("\n")
        self.ends_open = self.lines[-1] != ""
        if not self.ends_open:
            self.lines.pop()
        self.budget = MAX_WORK

    def changed(self, fits: Sequence[_Fit]) -> str:
        """Return the program with hunks applied that do not overlap, from the top down."""
        out: list[str] = []
        done, ends_open = 0, self.ends_open
        for fit in fits:
            out += self.lines[done : fit.start]
            done, shift = fit.start, self._indent(fit)
            outer = _context(fit.hunk.body), _context(reversed(fit.hunk.body))
            for line in fit.hunk.dropped(*outer).body:
                if line[0] == "+":
                    out.append(_shifted(line[1:], shift))
                else:
                    out += self.lines[done : done + 1] if line[0] == " " else []
                    done += 1
            if fit.at + len(fit.hunk.old) == len(self.lines) and (
                fit.hunk.ends_open or not outer[1]
            ):
                ends_open = fit.hunk.ends_open  # the hunk's last lines say how the file ends
        out += self.lines[done:]
        return "\n".join(out) + ("" if ends_open or not out else "\n")

    def _indent(self, fit: _Fit) -> int:
        """Return the spaces that new lines lack when the whole hunk was written without them."""
        if fit.how == "exact":
            return 0
        old = [(k, x) for k, x in enumerate(fit.hunk.old) if x.strip()]
        new = [x[1:] for x in fit.hunk.body if x[0] == "+" and x[1:].strip()]
        shifts = {_depth(self.lines[fit.at + k]) - _depth(x) for k, x in old}
        if len(shifts) != 1 or not new or min(map(_depth, new)) != min(_depth(x) for _, x in old):
            return 0
        return shifts.pop()

    def fit(self, hunk: Hunk, last: int, floor: int) -> list[_Fit]:
        """Return how the hunk fits: in one piece, else one block of changes at a time.

        Raises:
            _Misfit: it fits nowhere.
        """
        if not hunk.old:
            if hunk.start is None:
                raise _Misfit(" inserts lines without saying where: no line number and no context")
            return [_Fit(hunk, max(floor, min(len(self.lines), hunk.start)), "exact")]
        hint = last if hunk.start is None else hunk.start - 1
        found = self._whole(hunk, hint, floor)
        if found:
            return [found]
        fits: list[_Fit] = []
        pieces = hunk.pieces()
        for piece in pieces:
            near = hint if piece.start is None else piece.start - 1
            found = self._whole(piece, near, floor) if piece.old and len(pieces) > 1 else None
            if found is None:
                raise _Misfit(self._mismatch(hunk, hint, floor))
            fits.append(_Fit(found.hunk, found.at, "context_dropped"))
            hint = floor = fits[-1].stop
        return fits

    def _whole(self, hunk: Hunk, hint: int, floor: int) -> _Fit | None:
        found = self._find(hunk, hint, floor)
        if found:
            return _Fit(hunk, *found)
        for top, bottom in _drops(hunk):
            less = hunk.dropped(top, bottom)
            found = self._find(less, hint + top, floor) if less.old else None
            if found:
                return _Fit(less, found[0], "context_dropped")
        return None

    def _find(self, hunk: Hunk, hint: int, floor: int) -> tuple[int, str] | None:
        """Return where the old lines stand, nearest to ``hint``, and how they were found."""
        old, lines = hunk.old, self.lines
        n = len(old)
        places = sorted(range(floor, len(lines) - n + 1), key=lambda p: (abs(p - hint), p))
        for p in places:
            if lines[p] == old[0] and lines[p : p + n] == old:
                return p, "exact"
        bare_old, bare = [_bare(x) for x in old], [_bare(x) for x in lines]
        if not any(bare_old):
            return None
        for p in places:
            if bare[p] == bare_old[0] and bare[p : p + n] == bare_old:
                return p, "whitespace"
        goes = [line[0] == "-" for line in hunk.body if line[0] != "+"]
        rated = [(self._alike(bare[p : p + n], bare_old, goes), p) for p in places]
        best = max(rated, key=lambda r: r[0], default=(0.0, 0))
        return (best[1], "fuzzy") if best[0] >= FUZZY_RATIO else None

    def _alike(self, lines: list[str], old: list[str], goes: list[bool]) -> float:
        """Return how alike two blocks are, weighted by length; 0 as soon as it is too little.

        A line that would be removed must be alike by itself: the others cannot make up for it.
        """
        total = sum(map(len, old)) + len(old)
        missing = 0.0
        for a, b, is_removed in zip(lines, old, goes, strict=True):
            ratio = self._ratio(a, b)
            missing += (1 - ratio) * (len(b) + 1)
            if missing > (1 - FUZZY_RATIO) * total or (is_removed and ratio < FUZZY_RATIO):
                return 0.0
        return 1 - missing / total

    def _ratio(self, a: str, b: str) -> float:
        """Return how alike two lines are; 0 for unequal ones once the budget is spent."""
        if a == b:
            return 1.0
        longer = max(len(a), len(b))
        self.budget -= longer * (1 + longer // 50)
        if self.budget < 0 or longer > LONGEST_LINE:
            return 0.0
        matcher = SequenceMatcher(None, a, b, autojunk=False)
        return matcher.ratio() if matcher.real_quick_ratio() >= 0.5 else 0.0

    def _mismatch(self, hunk: Hunk, hint: int, floor: int) -> str:
        """Return the end of a sentence: the first line that does not fit, where most others do."""
        old, n = hunk.old, len(hunk.old)
        bare_old, bare = [_bare(x) for x in old], [_bare(x) for x in self.lines]

        def fitting(p: int) -> tuple[int, int]:
            return sum(map(str.__eq__, bare[p : p + n], bare_old)), -abs(p - hint)

        places = range(floor, len(self.lines) - n + 1)
        at = max(places, key=fitting, default=hint) if n * len(places) < MAX_WORK else hint
        at = max(at, 0)
        k = next((k for k in range(n) if bare[at + k : at + k + 1] != [bare_old[k]]), 0)
        if not 0 <= at + k < len(self.lines):
            return f": expected {_short(old[k])} beyond the parent's last line"
        has = _short(self.lines[at + k])
        return f", line {at + k + 1}: expected {_short(old[k])}, the parent has {has}"


def _drops(hunk: Hunk) -> Iterator[tuple[int, int]]:
    """Yield how many outer context lines to drop at the top and bottom, fewest first."""
    top, bottom = _context(hunk.body), _context(reversed(hunk.body))
    both = ((a, b) for a in range(top + 1) for b in range(bottom + 1))
    yield from sorted(both, key=lambda d: (sum(d), d[1]))[1:]


def _bare(line: str) -> str:
    return "".join(line.split())


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _shifted(line: str, shift: int) -> str:
    if not line.strip():
        return line
    return " " * shift + line if shift > 0 else line[min(-shift, _depth(line)) :]


def _short(line: str) -> str:
    return repr(line.strip()[:60])
