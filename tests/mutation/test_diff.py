"""Unified diffs: exact on what we write, forgiving on what models write, never an exception."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.mutation.diff import Applied, DoesNotApply, apply_diff, unified_diff

texts = st.one_of(st.text(alphabet="ab \n", max_size=30), st.text(max_size=40))


@given(texts, texts)
def test_a_diff_between_two_texts_turns_one_into_the_other(old, new):
    found = apply_diff(old, unified_diff(old, new))
    if old == new:
        assert isinstance(found, DoesNotApply)
    else:
        assert found == Applied(new, "exact")


@given(texts, st.one_of(texts, texts.map(lambda t: "@@ -1,2 +1,2 @@\n" + t)))
def test_any_text_is_applied_or_refused_with_a_reason(source, diff):
    found = apply_diff(source, diff)
    if isinstance(found, DoesNotApply):
        assert found.reason
    else:
        assert found.source != source


PARENT = "\n".join(
    f"line {word} = {word * 2}" for word in "alpha beta gamma delta eps zeta eta".split()
)
PARENT += "\n\n    indented(alpha, beta)\n    indented(gamma, delta)\nlast = 1\n"
CHILD = PARENT.replace("line delta = deltadelta", "line delta = 4").replace("last = 1", "last = 2")


def _damaged(name: str, diff: str) -> str:
    lines = diff.split("\n")
    if name == "random line numbers":
        rng = random.Random(3)
        return "\n".join(
            f"@@ -{rng.randint(1, 40)},9 +{rng.randint(1, 40)},9 @@" if x.startswith("@@") else x
            for x in lines
        )
    if name == "indentation lost":
        return "\n".join(" " + x.strip() if x.startswith("     ") else x for x in lines)
    if name == "typo in context":
        return diff.replace(" line gamma = gammagamma", " line gamma = gammagamm")
    if name == "blank context without its space":
        return "\n".join("" if x == " " else x for x in lines)
    if name == "no hunk header":
        return "\n".join(x for x in lines if not x.startswith("@@"))
    if name == "file names above":
        return "--- a/walker.py\n+++ b/walker.py\n" + diff
    if name == "talk below":
        return diff + "That should do it.\n"
    if name == "last newline cut":
        return diff.rstrip("\n")
    return diff


@pytest.mark.parametrize(
    ("damage", "how"),
    [
        ("none", "exact"),
        ("random line numbers", "exact"),
        ("indentation lost", "whitespace"),
        ("typo in context", "fuzzy"),
        ("blank context without its space", "exact"),
        ("file names above", "exact"),
        ("talk below", "exact"),
        ("last newline cut", "exact"),
    ],
)
def test_a_damaged_diff_still_gives_its_child(damage, how):
    assert apply_diff(PARENT, _damaged(damage, unified_diff(PARENT, CHILD))) == Applied(CHILD, how)


def test_foreign_context_lines_are_dropped():
    diff = "@@ -1,3 +1,3 @@\n no such line at all\n-line beta = betabeta\n+line beta = 0\n"
    found = apply_diff(PARENT, diff)
    assert isinstance(found, Applied)
    assert found.how == "context_dropped"
    assert "line beta = 0\n" in found.source


def test_the_place_nearest_to_the_stated_line_is_taken():
    source = "a\nsame\nb\nsame\nc\n"
    diff = "@@ -4,1 +4,1 @@\n-same\n+other\n"
    assert apply_diff(source, diff) == Applied("a\nsame\nb\nother\nc\n", "exact")


@pytest.mark.parametrize(
    ("diff", "reason"),
    [
        ("", "no hunk"),
        ("@@ -1,1 +1,1 @@\n-unknown\n+new\n", "expected 'unknown'"),
        ("@@ -1,1 +1,1 @@\n-a\n+a\n", "changes nothing"),
        ("+only added\n", "without saying where"),
    ],
)
def test_a_refusal_says_what_was_expected(diff, reason):
    found = apply_diff("a\nb\n", diff)
    assert isinstance(found, DoesNotApply)
    assert reason in found.reason


def test_a_line_without_newline_at_the_end_of_the_file_is_kept():
    assert apply_diff("a\nb", unified_diff("a\nb", "a\nc")) == Applied("a\nc", "exact")
    assert apply_diff("a\nb", unified_diff("a\nb", "a\nb\n")) == Applied("a\nb\n", "exact")


def test_a_huge_diff_of_a_huge_program_ends_soon():
    source = "\n".join(f"x{k} = {k}" for k in range(3000))
    diff = "@@ -1,40 +1,40 @@\n" + "".join(f"-y{k} = {k}\n" for k in range(40)) + "+z\n"
    assert isinstance(apply_diff(source, diff), DoesNotApply)


def test_a_piece_that_lost_its_indentation_gets_it_back():
    source = "def f(w):\n    for k in range(3):\n        a = w.add(k)\n        w.link(a, k)\n"
    diff = "@@ -3,2 +3,3 @@\n a = w.add(k)\n-w.link(a, k)\n+if k:\n+    w.link(a, k + 1)\n"
    child = source.replace(
        "        w.link(a, k)\n", "        if k:\n            w.link(a, k + 1)\n"
    )
    assert apply_diff(source, diff) == Applied(child, "whitespace")


def test_changes_far_apart_are_placed_one_by_one_when_a_line_between_them_is_lost():
    old = [f"value{k} = {k * k}" for k in range(12)]
    new = [*old[:1], "value1 = 100", *old[2:10], "value10 = 200", *old[11:]]
    lines = unified_diff("\n".join(old), "\n".join(new), context=12).split("\n")
    del lines[7], lines[6], lines[5]
    found = apply_diff("\n".join(old), "\n".join(lines))
    assert found == Applied("\n".join(new), "context_dropped")


def test_a_line_that_would_be_removed_must_itself_be_alike():
    source = "\n".join(f"a_rather_long_line_number({k})" for k in range(9)) + "\nx = 1\ny = 2\n"
    context = "".join(f" a_rather_long_line_number({k})\n" for k in range(9))
    found = apply_diff(source, f"@@ -1,10 +1,10 @@\n{context}-q = 7\n+q = 8\n")
    assert isinstance(found, DoesNotApply)
    assert "line 10: expected 'q = 7', the parent has 'x = 1'" in found.reason
