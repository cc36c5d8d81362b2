"""CarperAI's diff models: ``<NME> file\\n<BEF> program\\n<MSG> message\\n<DFF>``, a unified diff.

The markers are plain text to their tokenizer. Training text had one space after each marker, so
the prompt ends at ``<DFF>`` and the answer starts with a space. Source: the model card of
CarperAI/diff-codegen-350m-v2 and OpenELM 0.9.2.
"""

from workers.mutation.diff import apply_diff, unified_diff
from workers.mutation.forms import Form
from workers.mutation.hunks import Applied, DoesNotApply

FILE_NAME = "walker.py"  # the models saw a name there; any will do
MARKERS = ("<NME>", "<|endoftext|>")
DIFF_LINE = (" ", "+", "-", "@", "\\")


def show(parent: str) -> str:
    """Return the program as it is."""
    return parent.rstrip("\n")


def bare(parent: str, message: str) -> str:
    """Return the prompt in the words of the models' training text."""
    message = " ".join(message.split())
    return f"<NME> {FILE_NAME}\n<BEF> {show(parent)}\n<MSG> {message}\n<DFF>"


def write(parent: str, child: str) -> str:
    """Return the answer that the models were trained on."""
    return " " + unified_diff(parent, child).rstrip("\n")


def end(answer: str) -> int | None:
    """Return where a marker or the first line stands that is no line of a diff.

    The first line may be empty, the others start with a space, ``+``, ``-``, ``@`` or ``\\``.
    """
    ends = [answer.find(marker) for marker in MARKERS]
    at = 0
    lines = answer.split("\n")
    for k, line in enumerate(lines):
        is_open = line == "" and (k == 0 or k == len(lines) - 1)
        if not is_open and not line.startswith(DIFF_LINE):
            ends.append(at)
            break
        at += len(line) + 1
    return min((e for e in ends if e >= 0), default=None)


def read(parent: str, answer: str) -> Applied | DoesNotApply:
    """Return the child; the diff applies to the program, not to the prompt around it."""
    diff = answer[: end(answer)].removeprefix("\n").removeprefix(" ")
    return apply_diff(parent, diff)


FORM = Form("carper", "", show, write, read, bare, end)
