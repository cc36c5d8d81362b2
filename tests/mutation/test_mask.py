"""The edit mask: lets the corpus' own edits through and refuses what cannot work."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.domains import get_domain
from workers.mutation import prompt
from workers.mutation.forms import numbered
from workers.mutation.lines import LineEdit, edits_between
from workers.mutation.mask import EditMask, Parent
from workers.mutation.text_mask import text_mask
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


def accepts_text(source: str, answer: str, cuts: list[int]) -> bool:
    """Whether a model may write ``answer`` in tokens that end at ``cuts``, and then stop."""
    ends = sorted({cut for cut in cuts if 0 < cut < len(answer)} | {0, len(answer)})
    pieces = [answer[a:b] for a, b in pairwise(ends)]
    mask = text_mask(Parent(source), pieces.__getitem__, stops={-1})
    for token in range(len(pieces)):
        if not mask.allows(token):
            return False
        mask.push(token)
    return mask.allows(-1)


@given(st.integers(0, 10_000), st.lists(st.integers(1, 200), max_size=30), st.booleans())
@settings(max_examples=60)
def test_edits_as_text_are_accepted_like_tokens_however_they_are_cut(seed, cuts, has_newline):
    [example] = generate.draw_examples(seed, 1, families.FAMILIES, count=1)
    [(_, child)] = example.edits
    edits = edits_between(prompt.split_source(example.parent), prompt.split_source(child))
    answer = numbered.write(example.parent, child) + "\n" * has_newline
    is_accepted = accepts(example.parent, edits)
    assert accepts_text(example.parent, answer, list(range(len(answer)))) == is_accepted
    if is_accepted:  # longer tokens may pass by a refusal (``x *`` before ``x *= 2``), never more
        assert accepts_text(example.parent, answer, cuts)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "=",
        "=3",
        "17|    x = 1",
        "+999|    x = 1",
        "+03|    x = 1",
        "+ 3|    x = 1",
        "Here it is:",
        "+3|    x = 1\n\nThat is all.",
        "-0",
    ],
)
def test_text_that_is_no_edit_is_refused(answer):
    assert accepts_text(SQUARE, "+3|    x = 1", [1, 2])
    assert not accepts_text(SQUARE, answer, [1, 2])


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


LATTICE = """\
from walk_creator import walker_creator

class Beat:
    def hold(self, wc, a, b, amplitude=3.0):
        wc.add_muscle(a, b, False, amplitude, 0.5)

def ring(wc, n):
    joints = []
    for k in range(n):
        joints.append(wc.add_joint(2 * k, k % 2))
    return joints

def ends(x):
    return x, -x

def make_walker():
    wc = walker_creator()
    beat = Beat()
    rows = []
    for r in range(3):
        rows.append([wc.add_joint(2 * c, 3 * r) for c in range(4)])
    hoop = ring(wc, 5)
    low, high = ends(2)
    for i in range(1, len(hoop)):
        wc.add_muscle(hoop[i - 1], hoop[i])
    for row in rows:
        for a, b in zip(row, row[1:]):
            wc.add_muscle(a, b)
    beat.hold(wc, rows[0][0], hoop[0])
    return wc.get_walker()
"""


def change(op: str, at: str, text: str) -> LineEdit:
    """Replace the line of ``LATTICE`` that has ``at`` in it, or insert below it."""
    line = next(k for k, x in enumerate(LATTICE.split("\n")) if at in x)
    return LineEdit(op, line, text)


@pytest.mark.parametrize(
    ("op", "at", "text"),
    [
        ("+", "wc.add_muscle(a, b)", "            wc.add_muscle(rows[0][1], a, False, 4.0, 0.2)"),
        ("+", "wc.add_muscle(a, b)", "            wc.add_muscle(row[-1], a, False, 4.0, 0.2)"),
        ("+", "hoop[i - 1]", "        wc.add_muscle(hoop[i], rows[0][i + 1], False, 1, 0.5)"),
        ("+", "beat.hold", "    beat.hold(wc, hoop[2], rows[1][1], 2.5)"),
        ("+", "beat.hold", "    beat.hold(wc, hoop[2], rows[1][1], amplitude=2.5)"),
        ("+", "hoop = ring", "    tips = [rows[c][-1] for c in range(3)]"),
        ("=", "for row in rows", "    for row in rows[1:]:"),
        ("=", "for a, b in", "        for a, b in zip(row, reversed(row)):"),
        ("=", "return joints", "    return joints[1:]"),
        ("=", "return x, -x", "    return -x, x"),
    ],
)
def test_what_fits_the_kinds_of_a_program_may_be_written(op, at, text):
    assert accepts(LATTICE, [change(op, at, text)])


FREE = """\
class Leg:
    def __init__(self, wc, x):
        self.top = wc.add_joint(x, 4)
        self.tips = []

    def extend(self, wc, x, y):
        self.tips.append(wc.add_joint(x, y))
        return self

    def sew(self, wc, a, b, drive):
        for p in a:
            wc.add_muscle(p, b[0], *drive)

def spread(r):
    return r, -r

def make_walker():
    wc = walker_creator()
    left, right = [], []
    groups = [[], []]
    for k in range(4):
        groups[k % 2].append(k)
    joints = [wc.add_joint(2 * k, k % 2) for k in range(4)]
    leg = Leg(wc, 3)
    leg.extend(wc, 3, 2)
    table = [left, right]
    for low, high in zip(*table):
        wc.add_muscle(low, high)
    for i in range(len(joints)):
        wc.add_muscle(joints[i], leg.top, False, 2.0, 0.5)
    a = wc.add_joint(1, 9)
    return wc.get_walker()
"""


@pytest.mark.parametrize(
    "edits",
    [
        [("+", "groups[k", "    for m in groups[1]:"), ("+", "groups[k", "        left.append(m)")],
        [("=", "zip(*table)", "    for low, high in zip(*table[1:]):")],
        [("+", "for p in a", "            wc.add_muscle(p, b[1], *drive)")],
        [("=", "for p in a", "        for p in a[1:]:")],
        [("=", "return r, -r", "    return [r, -r]")],
        [("+", "leg = Leg", "    joints.extend(left[1:])")],
        [("+", "leg.extend", "    leg.extend(wc, 4, 1).extend(wc, 5, 0)")],
        [
            ("=", "i in range(len", "    for i in range(len(joints) - 1):"),
            ("+", "joints[i]", "        wc.add_muscle(joints[i], joints[i + 1])"),
        ],
        [
            ("+", "i in range(len", "        if i + 1 < len(joints):"),
            ("+", "i in range(len", "            wc.add_muscle(joints[i], joints[i + 1])"),
        ],
        [("-", "joints[i]", ""), ("+", "joints[i]", "        a = joints[i]")],  # others may move
    ],
)
def test_what_a_text_does_not_tell_is_not_held_against_a_line(edits):
    lines = FREE.split("\n")
    numbered = [
        LineEdit(op, next(k for k, x in enumerate(lines) if at in x), text)
        for op, at, text in edits
    ]
    assert accepts(FREE, numbered)


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "list(" * 60 + "y" + ")" * 60,
        "x = " + "[a for a in " * 40 + "y" + "]" * 40,
        "@d  # note\ndef f():\n    return 1\n",
        "def f(*a, k=1, **b):\n    a, *c = zip()\n    for x, *y in enumerate(): pass\n",
        "x: int\ny: list = []\n(z := 3)\nfor q in range(): pass\n",
    ],
)
def test_odd_programs_are_read_in_no_time(source):
    mask = EditMask(Parent(source), LETTERS)
    for token in spell([LineEdit("=", 0, "# c")]):
        if mask.allows(token):
            mask.push(token)


def test_a_program_that_looks_one_further_itself_may_do_so_again():
    guarded = LATTICE.replace(
        "        wc.add_muscle(hoop[i - 1], hoop[i])\n",
        "        if i + 1 < len(hoop):\n            wc.add_muscle(hoop[i], hoop[i + 1])\n",
    )
    line = next(k for k, x in enumerate(guarded.split("\n")) if "hoop[i + 1]" in x)
    text = "            wc.add_muscle(hoop[i + 1], rows[0][0], False, 2.0, 0.5)"
    assert accepts(guarded, [LineEdit("+", line, text)])


@pytest.mark.parametrize(
    ("op", "at", "text"),
    [
        ("+", "wc.add_muscle(a, b)", "            wc.add_muscle(rows[0], a, False, 4.0, 0.2)"),
        ("+", "wc.add_muscle(a, b)", "            wc.add_muscle(a[0], b, False, 4.0, 0.2)"),
        ("+", "hoop[i - 1]", "        wc.add_muscle(hoop[i], hoop[i + 1], False, 1, 0.5)"),
        ("+", "hoop[i - 1]", "        wc.add_muscle(hoop[rows], hoop[i], False, 1, 0.5)"),
        ("+", "beat.hold", "    beat.hold(wc, hoop[2])"),
        ("+", "beat.hold", "    beat.hold(wc, hoop[2], rows[1][1], phase=0.5)"),
        ("+", "beat.hold", "    beat.hold(wc, hoop[2], rows[1][1], max(2))"),
        ("+", "hoop = ring", "    size = len(wc)"),
        ("+", "hoop = ring", "    row = wc.add_joint(1, 2)"),
        (
            "+",
            "joints.append",
            "        joints.append(wc.add_joint(1, 2)).append(wc.add_joint(3, 4))",
        ),
        ("=", "for row in rows", "    for row in rows[0]:"),
        ("=", "for row in rows", "    for row in zip(rows, rows[1:]):"),
        ("=", "for a, b in", "        for a, b in zip(rows, rows[1:]):"),
        ("=", "for a, b in", "        for a, b in row:"),
        ("=", "for r in", "    for r in range(rows):"),
        ("=", "return joints", "    return wc"),
        ("=", "return x, -x", "    return 2 * x"),
        ("=", "False, amplitude", "        wc.add_muscle(a, b)"),  # the only one that moves
    ],
)
def test_what_does_not_fit_the_kinds_of_a_program_is_refused(op, at, text):
    assert not accepts(LATTICE, [change(op, at, text)])


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
