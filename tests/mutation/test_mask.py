"""The edit mask: lets the corpus' own edits through and refuses what cannot work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.domains import get_domain
from workers.mutation import prompt
from workers.mutation.lines import LineEdit, edits_between
from workers.mutation.mask import EditMask, Parent
from workers.training.corpus import families, generate

# One token for each printable character, so that a line can be spelled.
LETTERS = [chr(c) for c in range(32, 127)]
SQUARE = get_domain("sodarace").seed_programs["square"].source


def spell(edits: list[LineEdit]) -> list[int]:
    ids = []
    for edit in edits:
        op = {"=": prompt.REPLACE, "+": prompt.INSERT, "-": prompt.DELETE}[edit.op]
        ids += [op, prompt.L0 + edit.line]
        if edit.op != "-":
            ids += [prompt.TEXT + LETTERS.index(c) for c in edit.text] + [prompt.NL]
    return [*ids, prompt.EOS]


def accepts(source: str, edits: list[LineEdit]) -> bool:
    mask = EditMask(Parent(source), LETTERS)
    for token in spell(edits):
        if not mask.allows(token):
            return False
        mask.push(token)
    return True


def test_nearly_all_edits_of_the_corpus_are_accepted():
    accepted = total = 0
    for example in generate.draw_examples(11, 40, families.FAMILIES, count=4):
        lines = prompt.split_source(example.parent)
        for _, child in example.edits:
            total += 1
            accepted += accepts(example.parent, edits_between(lines, prompt.split_source(child)))
    assert accepted >= 0.95 * total, f"{accepted} of {total}"


LINE = next(k for k, x in enumerate(SQUARE.split("\n")) if "sides[0], center" in x)
DEF = next(k for k, x in enumerate(SQUARE.split("\n")) if x.startswith("def make_walker"))


@pytest.mark.parametrize(
    "text",
    [
        "    wc.add_muscle(sides[0], sides[-2], False, 7.5, 0.5)",
        "    wc.add_muscle(sides[2], sides[0])",
        "    for k in range(4):",
        "    extra = wc.add_joint(3, 4)",
    ],
)
def test_a_sensible_line_may_be_inserted(text):
    more = "        wc.add_muscle(sides[k], sides[k - 2])" if text.endswith(":") else text
    edits = [LineEdit("+", LINE, text)]
    if text.endswith(":"):
        edits.append(LineEdit("+", LINE, more))
    assert accepts(SQUARE, edits)


@pytest.mark.parametrize(
    "text",
    [
        "    wc.add_muscle(sides[0], hub)",  # unknown name
        "    wc.add_muscle(sides[0], center",  # open bracket
        "     wc.add_muscle(sides[2], sides[0])",  # indentation
        "    wc.add_spring(sides[0], center)",  # unknown method
        "    wc.add_muscle(sides, center)",  # a list is no joint
        "    wc.add_muscle(sides[7], center)",  # the list has four
        "    wc.add_muscle(center, center)",  # to itself
        "    wc.add_muscle(sides[0], center)",  # once more
        "    wc.add_joint(3)",  # an argument is missing
        "    make_square(wc, 0, 0, 5)",  # of a function of the program, too
        "    center(3, 4)",  # a joint cannot be called
        "    x = 1 +",
        "    x = 1,",
        "    wc.add_joint(3, 4) / 2",
        "    return 1 2",
    ],
)
def test_a_senseless_line_is_refused(text):
    assert not accepts(SQUARE, [LineEdit("+", LINE, text)])


@pytest.mark.parametrize(
    "edit",
    [
        LineEdit("-", DEF),
        LineEdit("=", DEF, "    x = 1"),
        LineEdit("=", DEF + 1, "    wd = 3"),
        LineEdit("=", len(SQUARE.split("\n")) - 2, "    wc.add_joint(1, 2)"),
        LineEdit("=", 500, "x = 1"),
        LineEdit("=", LINE, SQUARE.split("\n")[LINE]),
    ],
)
def test_what_other_lines_rely_on_stays(edit):
    assert not accepts(SQUARE, [edit])


def test_line_numbers_do_not_go_back():
    ahead = LineEdit("=", LINE, "    wc.add_muscle(sides[0], center, False, 1, 0.5)")
    back = LineEdit("=", LINE - 8, "    for k in range(2):")
    assert accepts(SQUARE, [ahead])
    assert not accepts(SQUARE, [ahead, back])


@given(
    st.one_of(
        st.text(max_size=120), st.text(alphabet="def x():\n =[]\"'#\t\r\f\0 if1.", max_size=60)
    ),
    st.lists(st.integers(0, prompt.TEXT + len(LETTERS) - 1), max_size=12),
)
def test_no_program_and_no_token_breaks_the_mask(source, tokens):
    mask = EditMask(Parent(source), LETTERS)
    for token in tokens:
        if mask.allows(token):
            mask.push(token)
