"""Code and diffs as HTML that shows every character: copied from the page they are still exact."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import StringIO
from itertools import zip_longest
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
# Characters that turn the direction of text: a program that reads otherwise than it runs
# ("Trojan Source", Boucher & Anderson 2021, arXiv 2111.00169).
_TURNERS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class DiffLine:
    """One line of a unified diff; its text keeps the marker and the line end."""

    kind: str  # "file", "hunk", "add", "remove", "same" or "note"
    text: str
    old: int | None = None  # line number in the parent
    new: int | None = None  # line number in the child


@dataclass(frozen=True)
class Half:
    """One side of a side-by-side row."""

    kind: str
    number: int | None
    html: SafeString


def exact(text: str) -> str:
    """Return ``text`` escaped; a carriage return as a reference, or the browser would drop it."""
    return _with_turners_marked(escape(text).replace("\r", "&#13;"))


def _with_turners_marked(html: str) -> str:
    """Put each direction mark into a box of its own, where it shows and turns nothing."""
    return _TURNERS.sub(
        lambda found: f'<span class="turner" data-name="U+{ord(found[0]):04X}">{found[0]}</span>',
        html,
    )


def code_lines(source: str) -> list[SafeString]:
    """Return each line of a program as highlighted HTML, its line end included.

    The text of the lines put together is ``source``, character for character: where the
    highlighter would change one (it tidies line ends), the lines are plain.
    """
    tokens = list(PythonLexer(stripnl=False, ensurenl=False).get_tokens(source))
    lines = _highlighted(tokens) if "".join(text for _, text in tokens) == source else []
    if len(lines) != source.count("\n") + 1:
        lines = [exact(line) for line in source.split("\n")]
    return _with_ends(lines)


def _highlighted(tokens: list[tuple[Any, str]]) -> list[str]:
    """Return the lines between the line ends, each with tags of its own."""
    out = StringIO()
    HtmlFormatter(nowrap=True).format_unencoded(iter(tokens), out)
    lines = _with_turners_marked(out.getvalue()).removesuffix("\n").split("\n")
    return [*lines, ""] if tokens and tokens[-1][1].endswith("\n") else lines


def _with_ends(lines: list[str]) -> list[SafeString]:
    """Give every line but an empty last one its line end back."""
    ended = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    return [mark_safe(line) for line in ended]  # escaped by the formatter or by ``exact``


def diff_lines(diff: str) -> list[DiffLine]:
    """Return the lines of a unified diff with their numbers on both sides."""
    lines, old, new = [], 0, 0
    for text in re.findall(r"[^\n]*\n|[^\n]+\Z", diff):
        hunk = _HUNK.match(text)
        if hunk:
            old, new = int(hunk[1]), int(hunk[2])
            lines.append(DiffLine("hunk", text))
        elif not (old or new):
            lines.append(DiffLine("file", text))
        elif text.startswith("+"):
            lines.append(DiffLine("add", text, None, new))
            new += 1
        elif text.startswith("-"):
            lines.append(DiffLine("remove", text, old, None))
            old += 1
        elif text.startswith("\\"):
            lines.append(DiffLine("note", text))
        else:
            lines.append(DiffLine("same", text, old, new))
            old, new = old + 1, new + 1
    return lines


def unified_html(diff: str) -> SafeString:
    """Return a diff as the inside of a <pre> whose text is exactly ``diff``."""
    parts = []
    for block in _blocks(diff_lines(diff)):
        for line, html in _marked(block):
            numbers = f' data-old="{line.old or ""}" data-new="{line.new or ""}"'
            parts.append(f'<span class="{line.kind}"{numbers}>{html}</span>')
    return mark_safe("".join(parts))  # every text went through ``exact``


def split_rows(diff: str) -> list[tuple[Half, Half]]:
    """Return a diff as rows of parent and child, side by side."""
    rows = []
    blank = Half("blank", None, mark_safe(""))
    for block in _blocks(diff_lines(diff)):
        sides: dict[str, list[Half]] = {"remove": [], "add": []}
        for line, html in _marked(block):
            text = mark_safe(html[1:] if line.kind in ("add", "remove", "same") else html)
            if line.kind in sides:
                sides[line.kind].append(Half(line.kind, line.old or line.new, text))
            elif line.kind == "same":
                rows.append((Half("same", line.old, text), Half("same", line.new, text)))
            elif line.kind == "hunk":
                rows.append((Half("hunk", None, text), Half("hunk", None, mark_safe(""))))
        rows += zip_longest(sides["remove"], sides["add"], fillvalue=blank)
    return rows


def _blocks(lines: list[DiffLine]) -> Iterator[list[DiffLine]]:
    """Split into runs of changed lines, and every other line by itself."""
    changed: list[DiffLine] = []
    for line in lines:
        if line.kind in ("add", "remove"):
            changed.append(line)
            continue
        if changed:
            yield changed
            changed = []
        yield [line]
    if changed:
        yield changed


def _marked(block: list[DiffLine]) -> list[tuple[DiffLine, str]]:
    """Return each line with its HTML; in a pair of removed and added, what differs is marked."""
    removed = [line for line in block if line.kind == "remove"]
    added = [line for line in block if line.kind == "add"]
    html = {}
    if len(removed) == len(added):
        for old, new in zip(removed, added, strict=True):
            html[id(old)], html[id(new)] = _differences(old.text, new.text)
    return [(line, html.get(id(line)) or exact(line.text)) for line in block]


def _differences(old: str, new: str) -> tuple[str, str]:
    a, b = _WORD.findall(old[1:]), _WORD.findall(new[1:])
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < 0.4:  # two different lines: marks would be confetti
        return exact(old), exact(new)
    sides: tuple[list[str], list[str]] = ([old[0]], [new[0]])
    for tag, i0, i1, j0, j1 in matcher.get_opcodes():
        for side, words in ((sides[0], a[i0:i1]), (sides[1], b[j0:j1])):
            text = exact("".join(words))
            side.append(f"<mark>{text}</mark>" if tag != "equal" and text.strip() else text)
    return "".join(sides[0]), "".join(sides[1])
