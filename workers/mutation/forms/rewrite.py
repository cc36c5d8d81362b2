"""The whole program once more: dear in tokens, but any model that writes Python can do it."""

from workers.mutation.forms import Form
from workers.mutation.forms.fences import blocks
from workers.mutation.hunks import Applied, DoesNotApply, NoEdit

TASK = """\
Write the whole edited program from its first line to its last, unchanged lines too, in one block
between ```python and ```."""


def show(parent: str) -> str:
    """Return the program as it is."""
    return parent.rstrip("\n")


def prime(parent: str) -> str:
    """Return the program's first line: an answer that starts with it stays a program."""
    return show(parent).lstrip("\n").split("\n")[0]


def write(parent: str, child: str) -> str:
    """Return the child."""
    return child.rstrip("\n")


def read(parent: str, answer: str) -> Applied | DoesNotApply:
    """Return the longest block as the child, unless it shares no line with the parent."""
    program = max(blocks(answer), key=len).strip("\n").rstrip()
    known = {line.strip() for line in parent.split("\n")} - {""}
    if not any(line.strip() in known for line in program.split("\n")):
        return NoEdit("the answer holds no program: it has no line in common with the parent")
    child = program + "\n" * parent.endswith("\n")
    return DoesNotApply("the edit changes nothing") if child == parent else Applied(child, "whole")


FORM = Form("rewrite", TASK, show, write, read, prime=prime)
