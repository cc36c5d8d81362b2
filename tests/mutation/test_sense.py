"""What a replaced line must keep."""

import pytest

from workers.mutation.sense import keeps_role


@pytest.mark.parametrize(
    ("old", "new", "keeps"),
    [
        ("    wc.add_muscle(a, b)", "    # no muscle", False),
        ("    x = 1", "    # nothing", False),
        ("    # a note", "    x = 1", True),
        ("    # a note", "    # another", True),
    ],
)
def test_a_statement_is_not_replaced_by_a_comment(old, new, keeps):
    """A line that is all comment used to end the whole batch with an IndexError."""
    assert keeps_role(old, new, f"def f():\n{old}\n") is keeps
