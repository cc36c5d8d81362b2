"""A unified diff, for models that follow instructions: hard to write, since numbers must agree."""

from workers.mutation.diff import apply_diff, unified_diff
from workers.mutation.forms import Form
from workers.mutation.forms.fences import blocks
from workers.mutation.hunks import Applied, DoesNotApply

TASK = """\
Write a unified diff of the program, without file names. Each hunk starts with a line
@@ -first,count +first,count @@
and has up to three unchanged lines around each change: a space before a line that stays, - before
one that goes, + before a new one. Write the diff in one block between ``` and ```."""


def show(parent: str) -> str:
    """Return the program as it is."""
    return parent.rstrip("\n")


def write(parent: str, child: str) -> str:
    """Return the diff."""
    return unified_diff(parent, child).rstrip("\n")


def read(parent: str, answer: str) -> Applied | DoesNotApply:
    """Return the child; talk above the first hunk is skipped."""
    text = "\n" + "\n".join(blocks(answer))
    return apply_diff(parent, text[max(text.find("\n@@"), 0) + 1 :])


FORM = Form("unified", TASK, show, write, read)
