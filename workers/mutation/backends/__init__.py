"""Models that write edits: text in, text out. Torch is loaded by the one backend that needs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Prompt:
    """One parent program and the commit message of the change to write."""

    parent: str
    message: str
    samples: int = 1


@dataclass(frozen=True)
class Completion:
    """What a model wrote; ``problem`` says why it is no answer, "" when it is one."""

    text: str
    tokens: int
    seconds: float
    problem: str = ""


class Backend(Protocol):
    """A model behind one method. ``form`` tells what it writes: ``lines`` or ``unified``."""

    name: str
    version: str
    form: str

    def complete(
        self, prompts: Sequence[Prompt], *, temperature: float, rng_seed: int
    ) -> list[list[Completion]]:
        """Return each prompt's samples; the same arguments give the same text."""
        ...
