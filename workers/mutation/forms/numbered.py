"""Line edits as text: a program of lines ``17|code``, answers ``=17|text``, ``+17|text``, ``-17``.

Lines count from 0, as in the bundled model's own form. No space follows the bar: what follows is
the line, and a space too many would be an indentation too deep.
"""

from workers.mutation.forms import Form
from workers.mutation.forms.fences import blocks
from workers.mutation.hunks import Applied, DoesNotApply, NoEdit
from workers.mutation.lines import (
    BadEdit,
    LineEdit,
    apply_edits,
    edits_between,
    parse_edits,
    render_edits,
)
from workers.mutation.prompt import split_source

TASK = """\
Each line of the program is shown as `number|code`. Write one edit a line, from the top down:
=4|new code   puts new code in the place of line 4
+4|new code   adds a line below line 4 (several such lines: in their order)
-4            removes line 4
The numbers are those of the program as shown, whatever the edits above did. After the bar stands
the whole new line with all its indentation. Write the edits in one block between ``` and ```."""


def show(parent: str) -> str:
    """Return the numbered program."""
    return "\n".join(f"{k}|{line}" for k, line in enumerate(split_source(parent)))


def write(parent: str, child: str) -> str:
    """Return the edits that turn ``parent`` into ``child``, one a line."""
    return render_edits(edits_between(split_source(parent), split_source(child)))


def bare(parent: str, message: str) -> str:
    """Return the whole prompt of a model trained on this form."""
    return f"{show(parent)}\n# {' '.join(message.split())}\n"


def end(answer: str) -> int | None:
    """Return where the first line starts that is no edit; None while there is none."""
    at = 0
    for line in answer.split("\n")[:-1]:
        if _edit(line) is None:
            return at
        at += len(line) + 1
    return None


def read(parent: str, answer: str) -> Applied | DoesNotApply:
    """Return the child; talk above the edits is skipped, the first foreign line below ends them."""
    edits: list[LineEdit] = []
    for line in "\n".join(blocks(answer)).split("\n"):
        edit = _edit(line)
        if edit:
            edits.append(edit)
        elif edits and line.strip():
            break
    if not edits:
        return NoEdit("the answer holds no edit such as `=4|new code`, `+4|new code` or `-4`")
    return applied(parent, edits)


def applied(parent: str, edits: list[LineEdit]) -> Applied | DoesNotApply:
    """Return the child that line edits make, which ends in a newline as its parent does."""
    try:
        lines = apply_edits(split_source(parent), edits)
    except BadEdit as error:
        return DoesNotApply(str(error))
    return Applied("\n".join(lines) + "\n" * parent.endswith("\n"), "exact")


def _edit(line: str) -> LineEdit | None:
    try:
        return next(iter(parse_edits(line.lstrip())), None)
    except BadEdit:
        return None


FORM = Form("numbered", TASK, show, write, read, bare, end)
