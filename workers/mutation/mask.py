"""Which token may come next: the edit mask of the bundled model, and of others by ``text_mask``.

It refuses tokens and never writes one. Refused are line numbers that do not exist or go back,
impossible indentation, names that nothing binds, unbalanced brackets, calls that cannot work, and
the end of an answer whose child does not parse, reads undefined names or is the same program.
On programs unlike the corpus it doubled the valid children.
"""

from dataclasses import dataclass, field

from workers.mutation import gate, prompt
from workers.mutation.grammar import MAX_LENGTH, Place, Scan, Start, starts_of
from workers.mutation.lines import BadEdit, LineEdit, apply_edits
from workers.mutation.scope import Scope, read_scope
from workers.mutation.sense import (
    bound_names,
    indent_of,
    joins_again,
    keeps_role,
    makes_sense,
    moves,
    opens_block,
    runs_over,
)

_NEW_STATEMENTS = frozenset("for if while elif else return pass break continue".split())
_LASTING = ("def ", "class ", "return", "from walk_creator", "import ")  # lines never deleted
MAX_EDITS = 24  # the corpus has answers of up to 20
MAX_END_REFUSALS = 3


class Parent:
    """One parent program as the masks of all its children see it."""

    def __init__(self, source: str):
        self.source = source
        self.lines = prompt.split_source(source)
        self.scope: Scope = read_scope(source)
        self.starts = [*starts_of(self.lines), Start()]
        self.unit = 2 if any(x.startswith("  ") and x[2:3].strip() for x in self.lines) else 4
        self.moves = moves(source)
        self.ends_open = not source.endswith("\n")

    def child_of(self, edits: list[LineEdit]) -> str:
        """Return the child's source; the parent's last newline stays as it was."""
        return "\n".join(apply_edits(self.lines, edits)) + ("" if self.ends_open else "\n")


@dataclass
class Answer:
    """The answer so far; cheap to copy, so that a line can be taken back."""

    state: str = "op"  # op, line or text: what the next token is
    op: str = ""
    line: int = -1
    text: str = ""
    edits: tuple[LineEdit, ...] = ()
    gone: frozenset[int] = frozenset()
    added: frozenset[str] = frozenset()  # names bound by earlier edits
    refused_ends: int = 0

    def copy(self) -> "Answer":
        return Answer(**self.__dict__)


@dataclass
class EditMask:
    """Follows one answer token by token."""

    parent: Parent
    texts: list[str | None]  # text of each byte-pair token, None for pieces of a character
    answer: Answer = field(default_factory=Answer)
    _place: Place | None = None
    _indents: frozenset[int] | None = None
    _longest: int = MAX_LENGTH
    _known: dict[str, bool] = field(default_factory=dict)

    def allows(self, token: int) -> bool:
        """Return whether ``token`` may come next."""
        state = self.answer.state
        if state == "op":
            if token == prompt.EOS:
                return self.may_end()
            return token in prompt.OPS and self.may_go_on()
        if state == "line":
            return prompt.L0 <= token < prompt.TEXT and self.may_touch(token - prompt.L0)
        if token == prompt.NL:
            return self.may_finish_line()
        if token < prompt.TEXT:
            return False
        piece = self.texts[token - prompt.TEXT]
        return piece is not None and self.may_write(piece)

    def is_whole_line(self) -> bool:
        """Whether the line could end here as far as its grammar goes.

        A model that wants to end such a line, and may not (it is the old line, or makes no
        sense), writes nonsense when made to go on: it had better begin the line again.
        """
        a = self.answer
        if a.state != "text" or not a.text.strip():
            return False
        scan = Scan(self._place)
        is_complete = scan.run(a.text, complete=True)
        return is_complete and tuple(scan.stack) == self.parent.starts[a.line + 1].stack

    def push(self, token: int) -> None:
        """Take ``token``, which ``allows`` allowed."""
        state = self.answer.state
        if token == prompt.EOS:
            return
        if state == "op":
            self.begin(prompt.OPS[token])
        elif state == "line":
            self.go_to(token - prompt.L0)
        elif token == prompt.NL:
            self.finish_line()
        else:
            self.write(self.texts[token - prompt.TEXT] or "\ufffd")

    def ends_line(self, token: int) -> bool:
        """Whether a model that wants ``token`` wants to end the line."""
        return token == prompt.NL

    @property
    def is_between_lines(self) -> bool:
        return self.answer.state == "op"

    def save(self) -> Answer:
        """Return the answer so far, to come back to while no line is begun."""
        return self.answer.copy()

    def load(self, saved: Answer) -> None:
        """Go back to where ``save`` was called."""
        self.answer = saved.copy()

    # step by step, for any model that writes line edits

    def may_go_on(self) -> bool:
        """Whether another edit may begin."""
        a = self.answer
        # more edits have not mended the child: a dead end
        return a.refused_ends < MAX_END_REFUSALS and len(a.edits) < MAX_EDITS

    def begin(self, op: str) -> None:
        self.answer.op, self.answer.state = op, "line"

    def go_to(self, line: int) -> None:
        """Take a line number, which ``may_touch`` allowed."""
        a = self.answer
        a.line = line
        if a.op == "-":
            self._done("")
        else:
            a.state, a.text = "text", ""
            self._open_line()

    def may_write(self, piece: str) -> bool:
        """Whether the line's text may go on with ``piece``."""
        return self._may_start(self.answer.text + piece)

    def write(self, piece: str) -> None:
        self.answer.text += piece

    def finish_line(self) -> None:
        self._done(self.answer.text)

    def _done(self, text: str) -> None:
        a = self.answer
        a.edits = (*a.edits, LineEdit(a.op, a.line, text))
        if a.op != "+":
            a.gone |= {a.line}
        a.added |= bound_names(text)
        a.state, a.text = "op", ""

    # line numbers

    def may_touch(self, line: int) -> bool:
        """Whether the edit that was begun may be of this line of the parent."""
        a, lines = self.answer, self.parent.lines
        if line >= len(lines):
            return False
        last = a.edits[-1] if a.edits else None
        if last and (line < last.line or (line == last.line and a.op != "+")):
            return False
        if a.op == "-":
            gone = lines[line].strip()
            return bool(gone) and not gone.startswith(_LASTING)
        if a.op == "=":
            old = lines[line].strip()
            if (not old and not self._needs_body(line)) or old.startswith("#"):
                return False
            if (
                old.endswith((" = []", " = {}", "=[]", "={}"))
                and not self.parent.starts[line].stack
            ):
                return False
            return not self.parent.starts[line].in_string
        below = self.parent.starts[line + 1]
        if below.in_string:
            return False
        return bool(below.stack or self._legal_indents(line, True, self._before(line + 1)))

    def _needs_body(self, line: int) -> bool:
        return opens_block(self._before(line))

    def _before(self, line: int) -> str:
        """Return the child's last line with code above parent line ``line``."""
        edits, lines = self.answer.edits, self.parent.lines
        changed = {e.line: e.text for e in edits if e.op == "="}
        below: dict[int, str] = {}
        for e in edits:
            if e.op == "+" and e.text.strip():
                below[e.line] = e.text
        for k in range(line - 1, -1, -1):
            if k in below:
                return below[k]
            text = changed.get(k, "" if k in self.answer.gone else lines[k])
            if text.strip() and not text.lstrip().startswith("#"):
                return text
        return ""

    # the text of a line

    def _open_line(self) -> None:
        """Work out what the line at hand may use."""
        a, p = self.answer, self.parent
        n = a.line
        is_new = a.op == "+"
        old = p.lines[n]
        before = self._before(n + 1 if is_new else n)
        start = p.starts[n + 1] if is_new else p.starts[n]
        gone = a.gone if is_new else a.gone | {n}
        names = p.scope.names_at(n, is_new, set(gone)) | a.added
        words = _NEW_STATEMENTS
        if not is_new:
            first = old.split(maxsplit=1)[0] if old.strip() else ""
            words |= {first} & {"def", "class", "import", "from"}
            if first == "def":
                names = names | set(p.scope.keywords)
        elif old.startswith(("import", "from")) or n == 0:
            words |= {"import", "from"}
        comment_ok = not is_new and "#" in old
        self._place = Place(p.scope, names, start, words, comment_ok=comment_ok)
        self._indents = None if start.stack else self._legal_indents(n, is_new, before)
        self._longest = max(MAX_LENGTH, len(old) + 40)
        self._known = {}

    def _legal_indents(self, n: int, is_new: bool, before: str) -> frozenset[int]:
        """Return the indentations that the line may have; none, and no line belongs here."""
        unit, lines = self.parent.unit, self.parent.lines
        above, own = indent_of(before), indent_of(lines[n])
        if opens_block(before):
            return frozenset({above + unit, own} if not is_new and own > above else {above + unit})
        following = next((x for x in lines[n + 1 :] if x.strip()), "")
        below = indent_of(following)
        leaves = before.lstrip().startswith(("return", "break", "continue"))
        highest = above - unit if leaves else above  # nothing runs after a return
        legal = set(range(min(highest, below), highest + 1, unit)) | ({above} - {leaves * above})
        if not is_new:
            legal = set(range(below, highest + 1, unit)) | {highest}
            if lines[n].strip() and own <= above:
                legal.add(own)
            return frozenset(i for i in legal if i >= 0)
        if not self.parent.scope.has_globals:
            legal.discard(0)
        return frozenset(i for i in legal if i >= 0)

    def _may_start(self, text: str) -> bool:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._starts(text)
        return known

    def _starts(self, text: str) -> bool:
        if len(text) > self._longest:
            return False
        if self._indents is not None:
            stripped = text.lstrip(" ")
            wide = len(text) - len(stripped)
            if stripped and wide not in self._indents:
                return False
            if not stripped and wide > max(self._indents):
                return False
        return Scan(self._place).run(text, complete=False)

    def may_finish_line(self) -> bool:
        """Whether the line may end here."""
        a, p = self.answer, self.parent
        text = a.text
        if not text.strip():
            return not text and a.op == "+" and not p.starts[a.line + 1].stack
        if a.op == "=" and text == p.lines[a.line]:
            return False
        scan = Scan(self._place)
        if text != text.rstrip() or not scan.run(text, complete=True):
            return False
        after = p.starts[a.line + 1]
        if scan.brackets() != after.stack:
            return False
        if (
            a.op == "="
            and not after.stack
            and opens_block(p.lines[a.line])
            and not opens_block(text)
        ):
            following = next((x for x in p.lines[a.line + 1 :] if x.strip()), "")
            if indent_of(following) > indent_of(text):
                return False
        if self._place.start.stack or after.stack:
            return True
        old = p.lines[a.line] if a.op == "=" else ""
        if a.op == "=" and not keeps_role(old, text, p.source):
            return False
        gone = a.gone | ({a.line} if a.op == "=" else set())
        if joins_again(text.strip(), old.strip(), p.scope, gone):
            return False
        if runs_over(text.strip(), p.scope, a.edits):
            return False
        try:
            return makes_sense(text.strip(), self._place, old.strip())
        except RecursionError:
            return False

    def may_end(self) -> bool:
        """Whether the answer may end here; a refusal is counted."""
        a = self.answer
        if not a.edits or a.refused_ends >= MAX_END_REFUSALS:
            return False
        try:
            child = self.parent.child_of(list(a.edits))
        except BadEdit:
            return False
        outcome, _ = gate.check(self.parent.source, child)
        if outcome is not None or (self.parent.moves and not moves(child)):
            a.refused_ends += 1
            return False
        return True
