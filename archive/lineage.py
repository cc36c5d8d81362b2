"""Who descends from whom: the line from a child back to the seed program."""

from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")

MAX_DEPTH = 10_000  # a guard against a loop in damaged data; real lines are far shorter


def ancestry(child: T, parent_of: Callable[[T], T | None]) -> Iterator[T]:
    """Yield ``child``, its parent and so on up to the seed program."""
    current: T | None = child
    for _ in range(MAX_DEPTH):
        if current is None:
            return
        yield current
        current = parent_of(current)
