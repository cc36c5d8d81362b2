"""Code and diffs on pages are the stored text, character for character."""

import difflib
import html
import re

from hypothesis import given
from hypothesis import strategies as st

from archive import drawings, markup

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)
lines = st.lists(st.text(st.sampled_from("ab =<&'\"#\t\r\\"), max_size=12), max_size=8)


def text_of(fragment: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", fragment))


@given(texts)
def test_highlighted_code_keeps_every_character(source: str) -> None:
    assert text_of("".join(markup.code_lines(source))) == source


def test_code_is_split_at_line_ends_and_highlighted() -> None:
    html_lines = markup.code_lines("def f():\n    return 1\n")
    assert len(html_lines) == 2
    assert '<span class="k">def</span>' in html_lines[0]


@given(lines, lines)
def test_a_shown_diff_keeps_every_character(old: list[str], new: list[str]) -> None:
    diff = "".join(difflib.unified_diff([x + "\n" for x in old], [x + "\n" for x in new], "a", "b"))
    assert text_of(markup.unified_html(diff)) == diff


@given(texts)
def test_any_text_at_all_is_shown_as_a_diff_without_a_crash(text: str) -> None:
    assert text_of(markup.unified_html(text)) == text
    markup.split_rows(text)


def test_side_by_side_rows_hold_the_numbers_of_both_programs() -> None:
    diff = "--- a\n+++ b\n@@ -3,3 +3,4 @@\n same\n-old = 1\n+old = 2\n+more\n end\n"
    rows = [(a.number, a.kind, b.number, b.kind) for a, b in markup.split_rows(diff)]
    assert rows == [
        (None, "hunk", None, "hunk"),
        (3, "same", 3, "same"),
        (4, "remove", 4, "add"),
        (None, "blank", 5, "add"),
        (5, "same", 6, "same"),
    ]


def test_what_differs_within_a_line_is_marked() -> None:
    shown = markup.unified_html("@@ -1 +1 @@\n-f(1, 2)\n+f(1, 3)\n")
    assert "<mark>2</mark>" in shown
    assert "<mark>3</mark>" in shown


def test_a_removed_line_that_looks_like_a_file_header_is_a_removed_line() -> None:
    kinds = [line.kind for line in markup.diff_lines("--- a\n+++ b\n@@ -1 +1 @@\n--- x\n+++ y\n")]
    assert kinds == ["file", "file", "hunk", "remove", "add"]


def test_a_body_that_cannot_be_drawn_is_an_empty_drawing() -> None:
    walker = {"joints": [[0, 0], [float("nan"), 1]], "muscles": [[0, 1, {"type": "muscle"}]]}
    assert drawings.body_svg(walker) == drawings.body_svg(None) == drawings.EMPTY


def test_a_body_is_drawn_inside_its_frame() -> None:
    walker = {"joints": [[-1e6, 0], [1e6, 5]], "muscles": [[0, 1, {"type": "muscle"}]]}
    xs = [float(x) for x in re.findall(r'cx="([^"]*)"', drawings.body_svg(walker))]
    assert all(0 <= x <= drawings.BODY_WIDTH for x in xs)
    assert 'class="muscle"' in drawings.body_svg(walker)
