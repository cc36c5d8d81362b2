"""What the bundled model writes: numbered edits and nothing else, made of tokens of their own.

Its prompt is no text (``workers.mutation.prompt``), so nobody else is asked in this form.
"""

from workers.mutation.forms import Form
from workers.mutation.forms.numbered import applied, show, write
from workers.mutation.hunks import Applied, DoesNotApply, NoEdit
from workers.mutation.lines import BadEdit, parse_edits


def read(parent: str, answer: str) -> Applied | DoesNotApply:
    """Return the child; a single line that is no edit spoils the answer."""
    try:
        edits = parse_edits(answer)
    except BadEdit as error:
        return NoEdit(str(error))
    return applied(parent, edits) if edits else NoEdit("the model wrote no edit")


FORM = Form("lines", "", show, write, read)
