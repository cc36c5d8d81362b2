"""Accepted children of runs as examples."""

from workers.training.corpus.harvest import MOST, harvest

PARENT = "def make_walker():\n    x = 1\n    return x\n"


def _child(value: int) -> str:
    return PARENT.replace("1", str(value))


def test_children_of_one_parent_stand_together_in_the_order_they_came():
    other = PARENT.replace("x", "y")
    rows = [(PARENT, "a", _child(2)), (other, "b", other + "\nz = 1"), (PARENT, "c", _child(3))]
    first, second = harvest(rows)
    assert first.family == "harvest"
    assert [message for message, _ in first.edits] == ["a", "c"]
    assert [message for message, _ in second.edits] == ["b"]


def test_many_children_make_several_examples():
    examples = harvest((PARENT, "m", _child(n)) for n in range(2, 2 + 2 * MOST + 1))
    assert [len(e.edits) for e in examples] == [MOST, MOST, 1]


def test_duplicates_are_dropped_whatever_their_message_or_trailing_space():
    rows = [(PARENT, "a", _child(2)), (PARENT + "\n", "b", _child(2).replace("\n", "  \n"))]
    (example,) = harvest(rows)
    assert len(example.edits) == 1
    assert example.edits[0][0] == "a"


def test_what_does_not_fit_is_left_out():
    long = PARENT + "\n".join(f"v{n} = {n}" for n in range(200))
    assert not harvest([(PARENT, "same", "# a comment\n" + PARENT)])
    assert not harvest([(PARENT, "broken", "def make_walker(:\n")])
    assert not harvest([(PARENT, "  ", _child(2))])
    assert not harvest([(PARENT, "too long", long)])
    assert not harvest([(PARENT, "rewritten", "\n".join(f"w{n} = {n}" for n in range(40)))])
