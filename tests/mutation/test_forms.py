"""Forms: what is written is read back, whatever is written is read or refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.mutation.forms import NAMES, carper, get_form, numbered
from workers.mutation.forms.asking import EXAMPLES, ask
from workers.mutation.hunks import Applied, DoesNotApply, NoEdit

FORMS = [get_form(name) for name in NAMES if name != "lines"]  # that one is never asked for
CHATTING = [form for form in FORMS if form.task]
forms = pytest.mark.parametrize("form", [*FORMS, get_form("lines")], ids=lambda form: form.name)
programs = st.lists(
    st.sampled_from(["a = 1", "b = 2", "  c()", "", "d = 1", "d = 2", "same()"]),
    min_size=1,
    max_size=9,
).map(lambda lines: "\n".join(["start()", *lines, "end()"]) + "\n")


@forms
@given(old=programs, new=programs)
def test_a_written_edit_is_read_back_as_its_child(form, old, new):
    found = form.read(old, form.write(old, new))
    if old == new:
        assert isinstance(found, DoesNotApply)
    else:
        assert isinstance(found, Applied)
        assert found.source == new


@forms
@given(parent=programs, talk=st.text(max_size=40), answer=st.text(max_size=80))
def test_any_answer_is_read_or_refused_with_a_reason(form, parent, talk, answer):
    marks = "=0|x\n<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n@@ -1 +1 @@\n```"
    for text in (answer, talk + marks + answer, marks + talk, form.write(parent, parent + talk)):
        found = form.read(parent, text)
        assert found.source if isinstance(found, Applied) else found.reason
        if form.end is not None:
            assert (form.end(text) or 0) <= len(text)


@pytest.mark.parametrize("form", CHATTING, ids=lambda form: form.name)
def test_an_answer_among_talk_and_fences_is_found(form):
    _, old, new = EXAMPLES[1]
    edit = form.write(old, new)
    for answer in (
        f"Sure, here it is:\n\n```python\n{edit}\n```\nIt has a leg now.",
        f"```\n{edit}",
        f"{edit}\n```",
        f"{edit}\n",
    ):
        assert form.read(old, answer).source == new, answer


@pytest.mark.parametrize("form", CHATTING, ids=lambda form: form.name)
@pytest.mark.parametrize("answer", ["", "I cannot do that.", "```\n```", "```python\n```\nSorry!"])
def test_an_answer_without_an_edit_is_no_edit(form, answer):
    assert isinstance(form.read(EXAMPLES[0][1], answer), NoEdit)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@pytest.mark.parametrize("style", ["chat", "examples", "bare"])
def test_no_prompt_ends_in_a_space_or_before_an_indentation(form, style):
    try:
        question = ask(form, EXAMPLES[0][1], "Change   two\nthings ", style)
    except ValueError:
        assert (style == "bare") != bool(form.bare)
        return
    end = question.messages[-1]["content"] if style == "chat" else question.text
    assert "Change two things" in end
    assert not end.endswith((" ", "\t"))
    first = form.write(*EXAMPLES[0][1:])[0]
    assert not end.endswith("\n") or not first.isspace()


@pytest.mark.parametrize("form", CHATTING, ids=lambda form: form.name)
def test_worked_examples_are_asked_for_just_like_the_edit_itself(form):
    message, old, new = EXAMPLES[0]
    chat = ask(form, old, message, "chat").messages
    assert [m["role"] for m in chat] == ["system", *["user", "assistant"] * 2, "user"]
    assert chat[1] == chat[-1]
    assert form.read(old, chat[2]["content"]) == form.read(old, form.write(old, new))
    text = ask(form, old, message, "examples").text
    asked = text[: text.index(form.write(old, new))]
    assert text.endswith(asked + form.prime(old))
    assert text.count(asked) == 2


def test_an_answer_by_example_ends_at_the_closing_fence():
    question = ask(get_form("rewrite"), EXAMPLES[0][1], "x", "examples")
    answer = "a = 1\nb = 2\n```\n\nProgram:"
    assert answer[: question.end(answer)] == "a = 1\nb = 2"
    assert question.end("a = 1\n``") is None


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("```\n=1|a\n```\nI hope", "```\n=1|a\n```"),
        ("Well:\n```python\na = 1\n```", "Well:\n```python\na = 1\n```"),
        ("Well:\n```python\na = 1\n``", None),
        ("=1|a\n", None),
    ],
)
def test_a_chat_is_over_when_its_first_block_is_closed(answer, kept):
    end = ask(get_form("numbered"), "a = 1\n", "x", "chat").end(answer)
    assert (None if end is None else answer[:end]) == kept


def test_a_numbered_prompt_is_the_one_that_adapters_are_trained_on():
    prompt = ask(get_form("numbered"), "a = 1\n    b = 2\n", "Move b", "bare").text
    assert prompt == "0|a = 1\n1|    b = 2\n# Move b\n"


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("=1|b\n+1|c\n\n=2|d", "=1|b\n+1|c\n"),
        ("=1|b\n-2\n0|a\n", "=1|b\n-2\n"),
        ("=1|b\nunfinis", None),
        ("=1|b\n-2\n", None),
    ],
)
def test_numbered_edits_end_at_the_first_other_line(answer, kept):
    end = numbered.end(answer)
    assert (None if end is None else answer[:end]) == kept


def test_numbers_are_those_of_the_parent():
    answer = "=1|B\n+1|between\n-2\n=3|D"
    found = numbered.read("a\nb\nc\nd\n", answer)
    assert found == Applied("a\nB\nbetween\nD\n", "exact")
    assert "lines 0 to 3" in numbered.read("a\nb\nc\nd\n", "=4|e").reason


# The card of diff-codegen-350m-v2: text is `<NME> {FILE_NAME}\n<BEF> {INPUT_FILE}\n<MSG>
# {COMMIT_MESSAGE}\n<DFF> {FILE_DIFF}`, where the diff has hunk headers but no file names.
CARPER_TEXT = """\
<NME> walker.py
<BEF> import random

a = 1
b = 2
<MSG> Changed b.
<DFF> @@ -1,4 +1,4 @@
 import random
 
 a = 1
-b = 2
+b = 3"""


def test_carpers_prompt_and_answer_make_up_its_training_text():
    parent, child = "import random\n\na = 1\nb = 2\n", "import random\n\na = 1\nb = 3\n"
    assert carper.bare(parent, "Changed b.") + carper.write(parent, child) == CARPER_TEXT
    answer = CARPER_TEXT[len(carper.bare(parent, "Changed b.")) :]
    assert carper.read(parent, answer) == Applied(child, "exact")


@pytest.mark.parametrize(
    ("more", "is_over"),
    [
        ("", False),
        ("\n", False),
        ("\n c = 4", False),
        ("\n\\ No newline at end of file", False),
        ("\n@@ -9 +9 @@ def f():", False),
        ("<|endoftext|>", True),
        ("\n<NME> other.py", True),
        ("\nfoo", True),
        ("\n\nd", True),
        ("\n1 = 2\n+x", True),  # OpenELM's pattern took digits for lines of a diff
    ],
)
def test_carpers_answer_ends_where_its_card_says(more, is_over):
    answer = " @@ -1,4 +1,4 @@\n-b = 2\n+b = 3"
    end = carper.end(answer + more)
    assert (end is not None) == is_over
    if is_over:
        assert (answer + more)[:end].rstrip("\n") == answer


def test_a_search_block_says_as_little_as_makes_its_place_clear():
    form = get_form("search_replace")
    old = "a = 1\nx = 0\nb = 2\nx = 0\nc = 3\n"
    new = "a = 1\nx = 0\nb = 2\nx = 9\nc = 3\n"
    answer = form.write(old, new)
    assert answer.count("SEARCH") == 1
    assert "b = 2\nx = 0\nc = 3\n=======" in answer


@pytest.mark.parametrize(
    ("search", "how"),
    [
        ("    total = compute(alpha, beta)", "exact"),
        ("total = compute(alpha,beta)", "whitespace"),
        ("    total = compute(alpha, bete)", "fuzzy"),
        ("    nothing like it at all\n    total = compute(alpha, beta)", "refused"),
    ],
)
def test_a_search_block_climbs_the_same_ladder_as_a_diff(search, how):
    parent = "def f():\n    total = compute(alpha, beta)\n    return total\n"
    answer = f"<<<<<<< SEARCH\n{search}\n=======\n    total = 0\n>>>>>>> REPLACE"
    found = get_form("search_replace").read(parent, answer)
    assert getattr(found, "how", "refused") == how
    if how != "refused":
        assert found.source == "def f():\n    total = 0\n    return total\n"


def test_blocks_may_come_in_any_order():
    blocks = [
        f"<<<<<<< SEARCH\n{a}\n=======\n{b}\n>>>>>>> REPLACE"
        for a, b in (("c = 3", "c = 4"), ("a = 1", "a = 0"))
    ]
    found = get_form("search_replace").read("a = 1\nb = 2\nc = 3\n", "\n".join(blocks))
    assert found == Applied("a = 0\nb = 2\nc = 4\n", "exact")
