"""An answer that a mask looks after while it is written: dead ends are taken back."""

from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from workers.mutation.backends import MAX_TRIES

LINE_RESTARTS = 2  # in an answer; cheap, since only the line at hand is written again
REWRITTEN = 140  # further tokens, for lines that are written again
Choices = TypeVar("Choices")  # what a model says may come next, in its own terms
DEAD_END = "the model found no way on in its edit"


class Mask(Protocol):
    """Says which token may come next; ``EditMask``, or ``TextMask`` for models that write text."""

    @property
    def is_between_lines(self) -> bool: ...
    def allows(self, token: int) -> bool: ...
    def push(self, token: int) -> None: ...
    def ends_line(self, token: int) -> bool: ...
    def is_whole_line(self) -> bool: ...
    def save(self) -> Any: ...
    def load(self, saved: Any) -> None: ...


@dataclass(frozen=True)
class Mark(Generic[Choices]):
    """A place between lines to come back to: the tokens before it, and what may come next."""

    length: int
    saved: Any  # of the mask
    choices: Choices


@dataclass(kw_only=True)
class Written(Generic[Choices]):
    """One answer being written. ``mask`` None samples freely."""

    mask: Mask | None = None
    may_try: int = MAX_TRIES
    tokens: list[int] = field(default_factory=list)
    spent: int = 0  # tokens sampled, taken-back ones included
    tries: int = 1  # answers begun
    line_restarts: int = 0
    start: Mark[Choices] | None = None
    line_start: Mark[Choices] | None = None

    @property
    def is_between_lines(self) -> bool:
        return self.mask is not None and self.mask.is_between_lines

    def mark(self, choices: Choices) -> None:
        """Remember this place if a line starts here."""
        if self.mask is not None and self.is_between_lines:
            self.line_start = Mark(len(self.tokens), self.mask.save(), choices)
            self.start = self.start or self.line_start

    def first_allowed(self, drawn: list[int]) -> int | None:
        """Return the first token, in the order of ``drawn``, that the mask allows.

        None in a dead end, and where the model wants to end a whole line and may not.
        """
        if self.mask is None or self.mask.allows(drawn[0]):
            return drawn[0]
        can_go_back = self.line_start is not None
        if can_go_back and self.mask.ends_line(drawn[0]) and self.mask.is_whole_line():
            return None
        return next(filter(self.mask.allows, drawn[1:]), None)

    def take_back(self) -> Choices | None:
        """Go back to the line's start, or to the very start; None when the tries are used up."""
        if self.mask is None or self.start is None or self.line_start is None:
            return None
        if not self.is_between_lines and self.line_restarts < LINE_RESTARTS:
            self.line_restarts += 1
        elif self.tries < self.may_try:
            self.tries += 1
            self.line_restarts = 0
            self.line_start = self.start
        else:
            return None
        self.mask.load(self.line_start.saved)
        del self.tokens[self.line_start.length :]
        return self.line_start.choices
