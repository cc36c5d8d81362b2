"""Line edits: written, read back, applied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.mutation.lines import (
    BadEdit,
    LineEdit,
    apply_edits,
    edits_between,
    parse_edits,
    render_edits,
)

programs = st.lists(
    st.sampled_from(["a", "b", "  c", "", "d = 1", "d = 2"]), min_size=1, max_size=9
)


@given(programs, programs)
def test_edits_between_two_programs_turn_one_into_the_other(old, new):
    edits = edits_between(old, new)
    assert (apply_edits(old, edits) if edits else old) == new
    assert [e.line for e in edits] == sorted(e.line for e in edits)
    assert parse_edits(render_edits(edits)) == edits


def test_a_line_that_changed_a_little_is_replaced_where_it_stands():
    old = ["for k in range(4):", "    add(k)", "end()"]
    new = ["for k in range(4):", "    if k:", "        add(k)", "end()"]
    assert edits_between(old, new) == [
        LineEdit("+", 0, "    if k:"),
        LineEdit("=", 1, "        add(k)"),
    ]


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused_with_a_reason(text):
    try:
        edits = parse_edits(text)
    except BadEdit as error:
        edits, reason = None, str(error)
    assert reason if edits is None else all(edit.line >= 0 for edit in edits)


def test_a_line_that_the_parent_lacks_is_named():
    with pytest.raises(BadEdit, match="lines 0 to 1"):
        apply_edits(["a", "b"], [LineEdit("=", 7, "x")])
