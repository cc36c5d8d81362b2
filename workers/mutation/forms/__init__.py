"""Ways in which a model can write an edit; one module each, one line each in ``get_form``."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from workers.mutation.hunks import Applied, DoesNotApply

NAMES = ("lines", "numbered", "search_replace", "unified", "carper", "rewrite")


@dataclass(frozen=True)
class Form:
    """One way to write an edit.

    ``write`` is what a perfect model would answer: the worked examples and the training data
    are made with it, and ``read`` turns it back into the child.
    """

    name: str
    task: str  # how to write the answer, said to a model that follows instructions
    show: Callable[[str], str]  # parent -> the program as the model sees it
    write: Callable[[str, str], str]  # parent, child -> answer
    read: Callable[[str, str], Applied | DoesNotApply]  # parent, answer -> child
    # For models trained on the form: the whole prompt from parent and message, and where an
    # answer ends (None: it may go on).
    bare: Callable[[str, str], str] | None = None
    end: Callable[[str], int | None] | None = None
    prime: Callable[[str], str] = lambda parent: ""  # how an answer begins, written for the model


def get_form(name: str) -> Form:
    """Return the form called ``name``.

    Raises:
        ValueError: no such form.
    """
    if name not in NAMES:
        raise ValueError(f"unknown form {name!r}: use one of {', '.join(NAMES)}")
    return import_module(f"{__name__}.{name}").FORM
