"""How a model is asked for an edit: as a chat, by worked examples, or in the words of its training.

No prompt ends in a space, nor in a newline that indentation could follow: that splits a token,
and the model goes on as it never saw in training.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workers.mutation.forms import Form
from workers.mutation.forms.fences import FENCE, after_block, closing

STYLES = ("chat", "examples", "bare")

ROLE = """\
You edit Python programs, one commit at a time. You get a program and a commit message and answer \
with the edit alone, without explanation. The edited program must run, and must do something \
else than before. Use only names that the program defines or imports. Where the message leaves \
the change open, choose one yourself: other numbers, a part more or less, parts connected in \
another way."""

_CHAIN = """\
from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()
    spine = []
    for k in range(4):
        spine.append(wc.add_joint(3 * k, k % 2))
    for k in range(3):
        wc.add_muscle(spine[k], spine[k + 1], False, 2.0, 0.1 * k)
    return wc.get_walker()
"""
_TRIANGLE = """\
from walk_creator import walker_creator


def make_walker():
    wc = walker_creator()
    left = wc.add_joint(0, 0)
    right = wc.add_joint(6, 0)
    top = wc.add_joint(3, 5)
    wc.add_muscle(left, right)
    wc.add_muscle(left, top, False, 3.0, 0.0)
    wc.add_muscle(right, top, False, 3.0, 0.5)
    return wc.get_walker()
"""
# (commit message, parent, child); not of the corpus and not among the seed programs.
EXAMPLES = (
    (
        "Make the walker longer",
        _CHAIN,
        _CHAIN.replace("range(4)", "range(6)").replace("range(3)", "range(5)"),
    ),
    (
        "Add a leg",
        _TRIANGLE,
        _TRIANGLE.replace(
            "    return",
            "    foot = wc.add_joint(8, -3)\n"
            "    wc.add_muscle(right, foot, False, 4.0, 0.25)\n"
            "    wc.add_muscle(top, foot)\n"
            "    return",
        ),
    ),
)


@dataclass(frozen=True)
class Question:
    """What a model is given, and how to tell that its answer is over.

    ``messages`` for a chat, else ``text``; ``prime`` is how the answer begins already.
    """

    text: str
    messages: tuple[dict[str, str], ...]
    prime: str
    end: Callable[[str], int | None]


def ask(form: Form, parent: str, message: str, style: str) -> Question:
    """Return the question that asks for an edit of ``parent`` in the given form and style.

    Raises:
        ValueError: a form without that style.
    """
    message, parent = clean_text(" ".join(message.split())), clean_text(parent)
    if style == "bare":
        if form.bare is None or form.end is None:
            raise ValueError(f"no model is trained on the form {form.name}: ask by examples")
        return Question(form.bare(parent, message), (), "", form.end)
    if not form.task:
        raise ValueError(f"the form {form.name} is only for models that are trained on it")
    if style == "chat":
        return Question("", _chat(form, parent, message), "", after_block)
    prime = form.prime(parent)
    shown = [_shown(form, old, text) + form.write(old, new) for text, old, new in EXAMPLES]
    text = f"\n{FENCE}\n\n".join([*shown, _shown(form, parent, message) + prime])
    return Question(text, (), prime, closing)


def clean_text(text: str) -> str:
    """Return text that any model can be sent: a lone surrogate becomes ``?``."""
    return text.encode("utf-8", "replace").decode()


def _shown(form: Form, parent: str, message: str) -> str:
    shown = f"Program:\n{FENCE}\n{form.show(parent)}\n{FENCE}\n"
    return f"{shown}Commit message: {message}\nEdit:\n{FENCE}\n"


def _chat(form: Form, parent: str, message: str) -> tuple[dict[str, str], ...]:
    def asked(program: str, text: str) -> dict[str, str]:
        shown = f"{FENCE}\n{form.show(program)}\n{FENCE}\nCommit message: {text}"
        return {"role": "user", "content": shown}

    messages = [{"role": "system", "content": f"{ROLE}\n\n{form.task}"}]
    for text, old, new in EXAMPLES:
        answer = f"{FENCE}\n{form.write(old, new)}\n{FENCE}"
        messages += [asked(old, text), {"role": "assistant", "content": answer}]
    return (*messages, asked(parent, message))
