"""Can this unfinished line still become a legal line here? Decided lexeme by lexeme.

``scan`` follows one line of Python with two expectations, operand and operator, and a stack of
open brackets. It knows the names in scope, so a name is refused at the first letter that no name
in scope has. It only refuses; what to write is the model's choice.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from workers.mutation.kinds import base
from workers.mutation.scope import BUILTINS, Scope

LEXEME = re.compile(
    r"(?P<doc>\"\"\"|''')"
    r"|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
    r"|(?P<open>[\"'].*)"
    r"|(?P<comment>#.*)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)[\w.]*)"
    r"|(?P<sign>\*\*=?|//=?|<<|>>|[-+*/%<>=!]=|->|:=|[^\w\s])"
    r"|(?P<space>\s+)",
    re.S,
)
NUMBER = re.compile(r"\d{1,6}|\d{0,4}\.\d{0,4}|\d{1,6}e-?\d{0,2}")
WHOLE_NUMBER = re.compile(r"0|[1-9]\d{0,5}|\d{1,5}\.\d{1,4}|\.\d{1,4}|\d{1,4}e-?\d{1,2}")
_STATEMENTS = frozenset(
    "for if while elif else return pass break continue def class import from".split()
)
_BINARY_WORDS = frozenset(["if", "else", "for", "in", "and", "or", "is", "not"])
_BINARY = frozenset("+ - * / % ** // < > <= >= == != & | ^".split())
_AUGMENTED = frozenset(["+=", "-=", "*=", "/=", "%=", "//=", "**="])
_PAIRS = {")": "(ct", "]": "[s", "}": "{"}
_CONSTANTS = frozenset({"True", "False", "None"})
_RESULTS = {"t": "list", "[": "list", "{": "any", "(": "any"}  # of closed brackets
_CALLED = {".add_joint": "joint", ".add_muscle": "joint", ".get_walker": "object"}
MAX_LENGTH = 130  # of a written line; the corpus has none longer


@dataclass(frozen=True)
class Start:
    """State at the start of a line: open brackets, and whether an operand comes next."""

    stack: tuple[str, ...] = ()
    expects_operand: bool = True
    in_string: bool = False


@dataclass(frozen=True)
class Place:
    """What a line may use."""

    scope: Scope
    names: Collection[str]
    start: Start
    statements: frozenset[str] = _STATEMENTS
    comment_ok: bool = True


class Scan:
    """One pass over a line; ``ok`` tells whether it can (still) become legal."""

    __slots__ = (
        "after",
        "assigned",
        "base",
        "bound",
        "call",
        "ended",
        "for_target",
        "head",
        "is_target",
        "lambdas",
        "operand",
        "place",
        "result",
        "spaced",
        "stack",
        "targets",
        "word",
    )

    def __init__(self, place: Place):
        self.place = place
        self.stack = list(place.start.stack)
        self.operand = place.start.expects_operand
        self.head = ""  # the word that starts the statement
        self.bound: set[str] = set()
        self.after = "start" if not self.stack else ""  # the lexeme before: kind or sign
        self.base = ""  # the plain name that the operand before is, if it is one
        self.is_target = not self.stack  # only names and commas so far
        self.assigned = bool(self.stack)
        self.lambdas = 0
        self.for_target = False
        self.ended = False
        self.word = ""
        self.spaced = False
        self.result = "any"  # kind of the bracket or call that was closed last
        self.targets = 0  # commas between the names before ``=``, not yet met by values
        self.call: list[str] = []  # what is called, for each open call

    def run(self, text: str, complete: bool) -> bool:
        """Return whether ``text`` can start (or, ``complete``, be) a legal line."""
        end = len(text)
        for found in LEXEME.finditer(text):
            kind = found.lastgroup
            if kind == "space":
                is_wide = found.end() - found.start() > 1 and found.start() > 0
                follows = text[found.end() : found.end() + 1]
                if is_wide and not (self.place.comment_ok and follows in "#"):
                    return False  # two spaces stand before a comment only
                continue
            is_last = found.end() == end and not complete
            if kind == "comment":
                if not self.place.comment_ok:
                    return False
                return not self.operand or self.after in ("start", "end") or bool(self.stack)
            if self.ended:
                return False
            if not getattr(self, "_" + kind)(found.group(), is_last, text, found.end()):
                return False
        return self._finish() if complete else True

    # one method for each kind of lexeme; ``last`` = more letters may still be added to it

    def _name(self, word: str, last: bool, text: str, end: int) -> bool:
        if self.after == ".":
            return self._attribute(word, last)
        if self.after == "start" and not self.stack:
            return self._first_word(word, last, text, end)
        if self.for_target:
            if self.operand:
                self.bound.add(word)
                return self._took(word)
            if word == "in" or (last and "in".startswith(word)):
                self.for_target, self.operand, self.after = False, True, "in"
                return True
            return False
        if not self.operand:
            return self._infix_word(word, last)
        return self._operand_name(word, last, text, end)

    def _first_word(self, word: str, last: bool, text: str, end: int) -> bool:
        allowed = self.place.statements
        if last:  # a new name or any word; what follows decides
            self.operand, self.after = False, "name"
            return True
        if word in _STATEMENTS:
            if word not in allowed:
                return False
            self.head, self.after, self.is_target = word, word, False
            self.operand = word not in ("else", "pass", "break", "continue")
            self.for_target = word == "for"
            self.assigned = word in ("return", "for", "import", "from")
            return True
        if word in _BINARY_WORDS or word in _CONSTANTS:
            return False
        nxt = text[end : end + 3].lstrip()[:2]
        if (
            nxt
            and not (nxt[0] == "," or (nxt[0] == "=" and nxt != "=="))
            and word not in self.place.names
        ):
            return False
        self.word = word
        return self._took(word)

    def _operand_name(self, word: str, last: bool, text: str, end: int) -> bool:
        names, scope = self.place.names, self.place.scope
        if self.head == "def" or self.head == "class" or self.head in ("import", "from"):
            self.bound.add(word)
            return self._took(word)
        if self.is_target and not self.stack:  # ``a, b = ...``
            return self._took(word)
        if self.lambdas:
            self.bound.add(word)
            return self._took(word)
        in_call = self.stack[-1:] == ["c"] and self.after in ("(", ",")
        if last:
            if any(n.startswith(word) for n in names) or any(
                n.startswith(word) for n in self.bound
            ):
                return True
            if self.stack and any(n.startswith(word) for n in scope.inner):
                return True
            if in_call and any(n.startswith(word) for n in scope.keywords):
                return True
            return (
                "not".startswith(word)
                or (bool(self.stack or self.assigned) and "lambda".startswith(word))
                or (bool(self.stack) and any(n.startswith(word) for n in scope.kinds))
            )
        if word in ("not", "lambda"):
            self.lambdas += word == "lambda"
            self.after = word
            return True
        if word in _BINARY_WORDS:
            # ``[x for x in ...]`` needs an operand before; only ``return if`` and such get here
            return False
        rest = text[end : end + 2].lstrip()
        if in_call and rest[:1] == "=" and rest != "==":
            return word in scope.keywords and self._took(word)
        if (
            scope.kinds.get(word) == "module"
            and word not in self.bound
            and rest[:1] not in (".", "")
        ):
            return False
        if word in names or word in self.bound:
            if (
                word in BUILTINS
                and word not in _CONSTANTS
                and rest[:1] not in ("(", "")
                and word not in scope.kinds
            ):
                return rest[:1] in (",", ")") and self.call[-1:] in (["map"], ["isinstance"])
            return self._took(word)
        if self.stack and (
            word in scope.inner
            or re.search(rf"\bfor\b.*\b{word}\b.*\bin\b", text[end:])
            or (word in scope.kinds and " for " not in text)
        ):
            return self._took(word)  # bound further on, by a comprehension; checked when complete
        return False

    def _took(self, word: str) -> bool:
        self.operand, self.base, self.after = False, word, "name"
        return True

    def _infix_word(self, word: str, last: bool) -> bool:
        if self.head in ("import", "from") and not last:
            if word in ("import", "as"):
                self.operand, self.after = True, word
                return True
            return False
        if self.lambdas:
            return False
        if not (self.stack or self.head or self.assigned):
            return False  # ``call(...) and x`` by itself
        words = [w for w in _BINARY_WORDS if (w != "for" or self.stack)]
        if self.is_target and not self.stack and self.after in ("name", ","):
            words = []  # a bare name is not the start of an expression statement
        if self.head == "for" and not self.stack:
            words = [w for w in words if w in ("if", "else", "and", "or", "not", "in")]
        if last:
            return any(w.startswith(word) for w in words)
        if word not in words:
            return False
        self.operand, self.after, self.base = True, word, ""
        self.for_target = word == "for"
        self.is_target = False
        return True

    def _attribute(self, word: str, last: bool) -> bool:
        scope = self.place.scope
        known = scope.attributes.get(self.base)
        if known is None:
            if scope.kinds.get(self.base) == "creator":
                known = {"add_joint", "add_muscle", "get_walker"}
            else:
                known = scope.all_attributes
        if not (any(a.startswith(word) for a in known) if last else word in known):
            return False
        self.operand, self.after, self.base = False, "attribute", "." + word
        return True

    def _number(self, word: str, last: bool, *_) -> bool:
        if not self.operand or self.after == "start" or self.for_target or self.after == ".":
            return False
        if self.is_target and not self.stack and not self.head:
            return False
        if not (NUMBER if last else WHOLE_NUMBER).fullmatch(word):
            return False
        self.operand, self.after, self.base = False, "number", ""
        return True

    def _string(self, word: str, *_) -> bool:
        is_known = word[1:-1] in self.place.scope.source  # a key of the program, not prose
        if not self.operand or self.for_target or not is_known:
            return False
        self.operand, self.after, self.base = False, "string", ""
        return True

    def _open(self, word: str, last: bool, *_) -> bool:
        is_known = word[1:] in self.place.scope.source
        return self.operand and last and is_known and not self.for_target

    def _doc(self, *_) -> bool:
        return self.after == "start"

    def _sign(self, sign: str, last: bool, text: str, end: int) -> bool:
        self.spaced = text[: end - len(sign)].endswith(" ")
        if sign in "([{":
            return self._opens(sign)
        if sign in ")]}":
            return self._closes(sign)
        if sign == ",":
            return self._comma()
        if sign == ".":
            if self.operand or self.for_target or self.after == "number":
                return False
            if self.after == "string" or self._kind() in ("number", "joint", "function"):
                return False
            scope, is_name = self.place.scope, self.after == "name" and self.base[:1] != "."
            if is_name and self._kind() == "any" and self.base not in scope.attributes:
                return False
            self.after, self.operand = ".", False
            return True
        if sign == ":":
            return self._colon()
        if sign == "=":
            return self._equals(last)
        if sign == "!":
            return last and not self.operand
        if sign in _AUGMENTED:
            simple = bool(self.word) and not self.stack and not self.assigned and not self.head
            if not simple or self.operand or self.word not in self.place.names:
                return False
            self.assigned, self.operand, self.after, self.is_target = True, True, sign, False
            return True
        if sign not in _BINARY and sign != "~":
            return False
        return self._binary(sign)

    def _binary(self, sign: str) -> bool:
        if self.after in (".", "start") or self.for_target:
            return False
        if self.is_target and not self.stack and not self.head:
            return False  # an expression statement that computes for nothing
        if self.operand:
            if sign == "*" and self.after in ("(", ",", "["):
                return True
            unary = sign in "+-~" and self.after not in ("-", "+", "~", "**")
            self.after = sign
            return unary
        if not (self.stack or self.head or self.assigned):
            return False  # ``call(...) / 2`` by itself computes for nothing
        kind = self._kind()
        if kind in ("function", "creator", "object", "joint") or (
            kind == "list" and sign not in ("+", "*", "==", "!=")
        ):
            return False
        self.operand, self.after, self.base = True, sign, ""
        return True

    def _kind(self) -> str:
        """Return the kind of the operand before."""
        if self.base and self.after == "name":
            return self.place.scope.base(self.base) or "any"
        return self.result if self.after == ")" else "any"

    def _opens(self, sign: str) -> bool:
        if self.head == "def" and self.after == "name" and sign == "(":
            self.stack.append("c")
            self.call.append("def")
            self.operand, self.after = True, "("
            return True
        if self.for_target:
            if sign != "(" or not self.operand:
                return False
            self.stack.append("(")
            self.after = "("
            return True
        if self.operand:
            if self.after == "start" and sign != "[":
                return False
            self.stack.append(sign)
            self.after, self.is_target = sign, False
            return True
        if self.spaced:
            return False  # ``a [0]``, ``f (x)``: nobody writes that
        kind = self.place.scope.base(self.base)
        if self.after == ")" and self.result in ("joint", "object"):
            return False
        if sign == "(":
            if self.after not in ("name", "attribute") or kind in (
                "number",
                "joint",
                "list",
                "creator",
            ):
                return False
            if self.base in _CONSTANTS:
                return False
            self.stack.append("c")
            self.call.append(self.base)
        elif sign == "[":
            if (
                self.after == "number"
                or kind in ("number", "joint", "function", "creator")
                or self.base in BUILTINS
            ):
                return False
            if self.is_target and self.word and self.word not in self.place.names:
                return False
            self.stack.append("s")
        else:
            return False
        self.operand, self.after, self.is_target, self.base = (
            True,
            sign,
            self.is_target and sign == "[",
            "",
        )
        return True

    def _closes(self, sign: str) -> bool:
        if not self.stack or self.stack[-1] not in _PAIRS[sign]:
            return False
        kind = self.stack.pop()
        called = self.call.pop() if kind == "c" and self.call else ""
        empty_ok = (
            self.after == ","
            or (self.after in ("(", "[", "{") and kind != "s")
            or self.after == ":"
        )
        if self.operand and not empty_ok:
            return False
        self.operand, self.after, self.base = False, ")" if kind != "s" else "]", ""
        self.result = _RESULTS.get(kind, "any") if kind != "c" else self._result_of(called)
        return True

    def _result_of(self, called: str) -> str:
        """Return the kind of what a call gives."""
        scope = self.place.scope
        if called in scope.returned:
            return base(scope.returned[called][0])
        own = scope.signatures.get(called)
        return "object" if own and own.is_class else _CALLED.get(called, "any")

    def brackets(self) -> tuple[str, ...]:
        """Return the open brackets in the form of ``Start``."""
        return tuple("(" if b == "t" else b for b in self.stack)

    def _comma(self) -> bool:
        if self.operand:
            return False
        if self.stack and self.stack[-1] == "(":
            self.stack[-1] = "t"  # a tuple
        if not self.stack and not (self.is_target or self.for_target or self.lambdas):
            if self.head not in ("return", "for", "import", "from") and self.targets < 1:
                return False  # a tuple for one name, or a call that computes another for nothing
            self.targets -= not self.head
        elif not self.stack and not self.head:
            self.targets += 1
        self.operand, self.after, self.base = True, ",", ""
        return True

    def _colon(self) -> bool:
        if self.lambdas:
            self.lambdas -= 1
            self.operand, self.after = True, ":"
            return True
        if self.stack:
            if self.stack[-1] == "s" or (self.stack[-1] == "{" and not self.operand):
                self.operand, self.after = True, ":"
                return True
            return False
        if (
            self.head not in ("for", "if", "while", "elif", "else", "def", "class")
            or self.for_target
        ):
            return False
        if self.operand:
            return False
        self.ended, self.after = True, "end"
        return True

    def _equals(self, last: bool) -> bool:
        if self.operand:
            return False
        if self.stack:
            ok = self.stack[-1] == "c" and self.after == "name"
            if not ok:
                return last and not self.for_target  # may become ==
            self.operand, self.after, self.base = True, "=", ""
            return True
        if self.head:
            return last  # may become ==
        if not (self.is_target or self.after == "]"):
            return False
        self.assigned, self.operand, self.after, self.is_target, self.base = (
            True,
            True,
            "=",
            False,
            "",
        )
        return True

    def _finish(self) -> bool:
        if self.after == "start":
            return True  # blank
        if (
            self.head in ("for", "if", "while", "elif", "else", "def", "class")
            and not self.ended
            and not self.stack
        ):
            return False
        if self.for_target:
            return False
        if self.stack:
            return not self.operand or self.after in (",", "(", "[", "{")
        if self.head == "return" and self.after == "return":
            return True
        if self.operand:  # a comma at the end, too: it would make a tuple
            return False
        if self.place.scope.kinds.get(self.base) == "module" and self.after == "name":
            return False
        # a line that is one bare name or names does nothing
        return not (self.is_target and not self.head and self.after == "name")


def starts_of(lines: list[str]) -> list[Start]:
    """Return the state at the start of each line of a program that parses."""
    starts, stack, operand, doc = [], [], True, ""
    for line in lines:
        starts.append(Start(tuple(stack), operand, bool(doc)))
        at = 0
        while at < len(line):
            if doc:
                end = line.find(doc, at)
                at = len(line) if end < 0 else end + 3
                doc, operand = (doc, operand) if end < 0 else ("", False)
                continue
            found = LEXEME.match(line, at)
            if not found:
                at += 1
                continue
            at, kind, word = found.end(), found.lastgroup, found.group()
            if kind == "doc":
                doc = word
            elif kind == "sign":
                if word in "([{":
                    called = word == "(" and not operand
                    stack.append("c" if called else "s" if word == "[" and not operand else word)
                    operand = True
                elif word in ")]}":
                    operand = False
                    if stack:
                        stack.pop()
                elif word != ".":
                    operand = True
            elif kind == "name":
                operand = word in _BINARY_WORDS or word in _STATEMENTS or word == "lambda"
            elif kind in ("number", "string"):
                operand = False
        if not stack and not doc:
            operand = True
    return starts
