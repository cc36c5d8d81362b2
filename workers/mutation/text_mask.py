"""The edit mask for models that write line edits as text: ``=17|code``, ``+17|code``, ``-17``.

A token of such a model may hold a whole head or the end of one line and the start of the next, so
its text is followed character by character.
"""

import copy
from collections.abc import Callable, Collection
from dataclasses import dataclass

from workers.mutation.mask import EditMask, Parent

_OPS = frozenset("=+-")


@dataclass
class TextMask:
    """Follows one answer in the form ``numbered``; the bars and numbers are its own part.

    Attributes:
        text_of: a token's text; None for pieces of a character.
        stops: tokens that end an answer.
        head: what is written of a line before its text, such as ``=1``.
    """

    mask: EditMask
    text_of: Callable[[int], str | None]
    stops: Collection[int]
    head: str = ""
    refused_at: int = -1  # edits of the answer when it was refused to stop; counted once

    @property
    def is_between_lines(self) -> bool:
        return self.mask.is_between_lines and not self.head

    def allows(self, token: int) -> bool:
        """Return whether ``token`` may come next."""
        if token in self.stops:
            return self._may_stop()
        text = self.text_of(token)
        if not text:
            return False
        if self.mask.answer.state == "text" and "\n" not in text:
            return self.mask.may_write(text)
        return self._after(text) is not None

    def push(self, token: int) -> None:
        """Take ``token``, which ``allows`` allowed."""
        text = self.text_of(token)
        if token not in self.stops and text:
            after = self._after(text)
            assert after is not None, "push follows allows"
            self.mask, self.head = after.mask, after.head

    def ends_line(self, token: int) -> bool:
        """Whether a model that wants ``token`` wants to end the line."""
        return token in self.stops or (self.text_of(token) or "").startswith("\n")

    def is_whole_line(self) -> bool:
        """Whether the line could end here as far as its grammar goes."""
        return self.mask.is_whole_line()

    def save(self) -> EditMask:
        return self._copy().mask

    def load(self, saved: EditMask) -> None:
        self.mask, self.head, self.refused_at = saved, "", -1
        self.mask = self._copy().mask

    def _copy(self) -> "TextMask":
        other = copy.copy(self)
        other.mask = copy.copy(self.mask)
        other.mask.answer = self.mask.answer.copy()
        return other

    def _may_stop(self) -> bool:
        if self.is_between_lines:
            number = len(self.mask.answer.edits)
            if self.refused_at == number:
                return False  # another token that ends answers
            may_end = self.mask.may_end()  # counts what it refuses
            self.refused_at = -1 if may_end else number
            return may_end
        ended = self._after("\n")
        return ended is not None and ended.mask.may_end()

    def _after(self, text: str) -> "TextMask | None":
        """Return the mask behind ``text``; None where it refuses it."""
        mask = self._copy()
        while text:
            if mask.mask.answer.state == "text":
                line, newline, text = text.partition("\n")
                if line and not mask.mask.may_write(line):
                    return None
                mask.mask.write(line)
                if newline:
                    if not mask.mask.may_finish_line():
                        return None
                    mask.mask.finish_line()
            else:
                if not mask._takes(text[0]):
                    return None
                text = text[1:]
        return mask

    def _takes(self, character: str) -> bool:
        """Take one character of a line's head, if it may stand there."""
        head, mask = self.head, self.mask
        if not head:
            if character not in _OPS or not mask.may_go_on():
                return False
            mask.begin(character)
            self.head = character
            return True
        op, number = head[0], head[1:]
        if character.isdecimal() and character.isascii():
            self.head += character
            return self._leads_to_a_line(number + character)
        ends = "\n" if op == "-" else "|"
        if character != ends or not number or not mask.may_touch(int(number)):
            return False
        mask.go_to(int(number))
        self.head = ""
        return True

    def _leads_to_a_line(self, digits: str) -> bool:
        if digits.startswith("0") and digits != "0":
            return False
        lines = range(len(self.mask.parent.lines))
        return any(str(n).startswith(digits) and self.mask.may_touch(n) for n in lines)


def text_mask(
    parent: Parent, text_of: Callable[[int], str | None], stops: Collection[int]
) -> TextMask:
    """Return the mask of a new answer."""
    return TextMask(EditMask(parent, []), text_of, stops)
