"""Which token may come next: the edit mask of the bundled model.

It refuses tokens and never writes one. Refused are line numbers that do not exist or go back,
impossible indentation, names that nothing binds, unbalanced brackets, calls that cannot work, and
the end of an answer whose child does not parse, reads undefined names or is the same program.
On programs unlike the corpus it doubled the valid children (specs/diff-model.md, section 8.1).
"""

import ast
from dataclasses import dataclass, field

from workers.mutation import gate, prompt
from workers.mutation.grammar import MAX_LENGTH, Place, Scan, Start, starts_of
from workers.mutation.lines import BadEdit, LineEdit, apply_edits
from workers.mutation.scope import Scope, kind_of, read_scope

_BLOCK_WORDS = (
    "for ",
    "if ",
    "while ",
    "elif ",
    "else",
    "def ",
    "class ",
    "with ",
    "try",
    "except",
    "finally",
)
_NEW_STATEMENTS = frozenset(["for", "if", "while", "elif", "else", "return", "pass", "break", "continue"])
_PROTECTED = ("def make_walker", "from walk_creator", "import ")
MAX_EDITS = 40
MAX_END_REFUSALS = 3


class Parent:
    """One parent program as the masks of all its children see it."""

    def __init__(self, source: str):
        self.source = source
        self.lines = prompt.split_source(source)
        self.scope: Scope = read_scope(source)
        self.starts = [*starts_of(self.lines), Start()]
        self.unit = 2 if any(x.startswith("  ") and x[2:3].strip() for x in self.lines) else 4
        self.ends_open = not source.endswith("\n")

    def child_of(self, edits: list[LineEdit]) -> str:
        """Return the child's source; the parent's last newline stays as it was."""
        return "\n".join(apply_edits(self.lines, edits)) + ("" if self.ends_open else "\n")


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def opens_block(line: str) -> bool:
    """Whether a line is the header of a block."""
    code = line.split("#")[0].rstrip()
    return code.endswith(":") and code.lstrip().startswith(_BLOCK_WORDS)


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
        a = self.answer
        if a.state == "op":
            if token == prompt.EOS:
                return self._may_end()
            return token in prompt.OPS and len(a.edits) < MAX_EDITS
        if a.state == "line":
            return prompt.L0 <= token < prompt.TEXT and self._may_touch(token - prompt.L0)
        if token == prompt.NL:
            return self._may_finish_line()
        if token < prompt.TEXT:
            return False
        piece = self.texts[token - prompt.TEXT]
        return piece is not None and self._may_start(a.text + piece)

    def push(self, token: int) -> None:
        """Take ``token``, which ``allows`` allowed."""
        a = self.answer
        if token == prompt.EOS:
            return
        if a.state == "op":
            a.op, a.state = prompt.OPS[token], "line"
        elif a.state == "line":
            a.line = token - prompt.L0
            if a.op == "-":
                self._done("")
            else:
                a.state, a.text = "text", ""
                self._open_line()
        elif token == prompt.NL:
            self._done(a.text)
        else:
            a.text += self.texts[token - prompt.TEXT] or "\ufffd"

    def _done(self, text: str) -> None:
        a = self.answer
        a.edits = (*a.edits, LineEdit(a.op, a.line, text))
        if a.op != "+":
            a.gone |= {a.line}
        a.added |= bound_names(text)
        a.state, a.text = "op", ""

    # line numbers

    def _may_touch(self, line: int) -> bool:
        a, lines = self.answer, self.parent.lines
        if line >= len(lines):
            return False
        last = a.edits[-1] if a.edits else None
        if last and (line < last.line or (line == last.line and a.op != "+")):
            return False
        if a.op == "-":
            gone = lines[line].strip()
            return bool(gone) and not gone.startswith(_PROTECTED)
        if a.op == "=":
            old = lines[line].strip()
            if not old and not self._needs_body(line):
                return False
            return not self.parent.starts[line].in_string
        below = self.parent.starts[line + 1]
        return not below.in_string

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
        self._place = Place(p.scope, names, start, words)
        self._indents = None if start.stack else self._legal_indents(n, is_new, before)
        self._longest = max(MAX_LENGTH, len(old) + 40)
        self._known = {}

    def _legal_indents(self, n: int, is_new: bool, before: str) -> frozenset[int]:
        unit, lines = self.parent.unit, self.parent.lines
        above = indent_of(before)
        if opens_block(before):
            deeper = {above + unit}
            return frozenset(
                deeper | {indent_of(lines[n])}
                if not is_new and indent_of(lines[n]) > above
                else deeper
            )
        following = next((x for x in lines[n + 1 :] if x.strip()), "")
        if is_new:
            floor = min(above, indent_of(following))
            return frozenset(range(floor, above + 1, unit)) | {above}
        same = {indent_of(lines[n])} if lines[n].strip() else set()
        return frozenset(
            {i for i in same if i <= above}
            | {above}
            | set(range(indent_of(following), above + 1, unit))
        )

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

    def _may_finish_line(self) -> bool:
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
        if tuple(scan.stack) != after.stack:
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
        return makes_sense(text.strip(), self._place, p.lines[a.line] if a.op == "=" else "")

    def _may_end(self) -> bool:
        a = self.answer
        if not a.edits or a.refused_ends >= MAX_END_REFUSALS:
            return False
        try:
            child = self.parent.child_of(list(a.edits))
        except BadEdit:
            return False
        outcome, _ = gate.check(self.parent.source, child)
        if outcome is not None and self.parent.scope.tree is not None:
            a.refused_ends += 1
            return False
        return True


def bound_names(text: str) -> frozenset[str]:
    """Return what a line binds: assignment and loop targets."""
    tree = parse_line(text.strip())
    if tree is None:
        return frozenset()
    inside = {
        id(n)
        for c in ast.walk(tree)
        if isinstance(c, ast.comprehension)
        for n in ast.walk(c.target)
    }
    return frozenset(
        n.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and id(n) not in inside
    )


def parse_line(text: str) -> ast.Module | None:
    """Return the tree of one statement or block header by itself."""
    code = text
    if opens_block(text):
        code = text.split("#")[0].rstrip() + " pass"
        if text.startswith(("elif", "else")):
            code = "if 1: pass\n" + code
    elif text.startswith("return"):
        code = "def f(): " + text
    elif text.startswith(("break", "continue")):
        code = "while 1: " + text
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


_TAKES = {
    "add_joint": (2, 2),
    "add_muscle": (2, 5),
    "get_walker": (0, 0),
    "append": (1, 1),
    "range": (1, 3),
    "len": (1, 1),
    "abs": (1, 1),
    "cos": (1, 1),
    "sin": (1, 1),
    "sqrt": (1, 1),
}
_NEVER_JOINT = frozenset({"list", "creator", "function"})
_OWN_WORDS = frozenset({"query_cppn"})


def makes_sense(text: str, place: Place, old: str = "") -> bool:
    """Whether a finished line reads only known names and calls what it calls rightly.

    A fault that the replaced line ``old`` has already may stay.
    """
    tree = parse_line(text)
    if tree is None:
        return False
    scope, inner = place.scope, set()
    for n in ast.walk(tree):
        if isinstance(n, ast.comprehension):
            inner |= {x.id for x in ast.walk(n.target) if isinstance(x, ast.Name)}
        elif isinstance(n, ast.arg):
            inner.add(n.arg)
    stores = {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    header = text.startswith("def ")
    for n in ast.walk(tree):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load):
            bound_here = n.id in stores and isinstance(tree.body[-1], ast.For)
            if (
                n.id not in place.names
                and n.id not in inner
                and not bound_here
                and n.id != "f"
                and not header
            ):
                return False
        elif (
            isinstance(n, ast.Call) and not _call_works(n, scope) and ast.unparse(n.func) not in old
        ) or (isinstance(n, ast.Subscript) and not _index_works(n, scope)) or (isinstance(n, ast.BinOp) and {kind_of(scope, n.left), kind_of(scope, n.right)} & {
            "function",
            "creator",
        }) or (
            isinstance(n, (ast.BinOp, ast.Compare))
            and isinstance(n, ast.BinOp)
            and isinstance(n.op, (ast.Div, ast.Mod, ast.FloorDiv))
            and isinstance(n.right, ast.Constant)
            and n.right.value == 0
        ):
            return False
    return True


def _call_works(call: ast.Call, scope: Scope) -> bool:
    """Whether a call has as many arguments as it needs, and joints where joints are wanted."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(
        k.arg is None for k in call.keywords
    ):
        return True
    count = len(call.args) + len(call.keywords)
    if isinstance(call.func, ast.Attribute):
        name = call.func.attr
    elif isinstance(call.func, ast.Name):
        name = call.func.id
        own = scope.signatures.get(name)
        if own is not None:
            named = [k.arg for k in call.keywords]
            if own.is_class:
                return True
            if not own.least <= count <= own.most or not set(named) <= set(own.parameters):
                return False
            return not set(named) & set(own.parameters[: len(call.args)])
    else:
        return True
    if name in _TAKES and not _TAKES[name][0] <= count <= _TAKES[name][1]:
        return False
    if name == "add_muscle":
        if len(call.args) < 2 or (
            len(call.args) == 2 and ast.dump(call.args[0]) == ast.dump(call.args[1])
        ):
            return False
        if ast.dump(call.args[0]) == ast.dump(call.args[1]):
            return False
        if {k.arg for k in call.keywords} - {"is_distance", "amplitude", "phase"}:
            return False
        ends = [a for a in call.args[:2]]
        return not any(
            isinstance(a, (ast.List, ast.Dict, ast.Compare))
            or kind_of(scope, a) in _NEVER_JOINT
            or (isinstance(a, ast.Constant) and not isinstance(a.value, int))
            for a in ends
        )
    if name == "add_joint":
        return not any(
            kind_of(scope, a) in _NEVER_JOINT or isinstance(a, (ast.List, ast.Tuple, ast.Dict))
            for a in call.args
        )
    return True


def _index_works(node: ast.Subscript, scope: Scope) -> bool:
    """Whether a constant index lies within a list whose length the text tells."""
    if not isinstance(node.value, ast.Name):
        return True
    length, index = scope.lengths.get(node.value.id), node.slice
    if length is None or not isinstance(index, ast.Constant) or not isinstance(index.value, int):
        return not isinstance(index, ast.Constant) or not isinstance(index.value, float)
    return index.value < length
