"""Models that write edits: text in, text out. Torch is loaded by the backends that need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

MAX_TRIES = 4  # answers begun for one child; after that it counts as a failure


@dataclass(frozen=True)
class Prompt:
    """One parent program and the commit message of the change to write."""

    parent: str
    message: str
    samples: int = 1
    tries: int = MAX_TRIES  # answers that a backend which takes them back may begin for a sample


@dataclass(frozen=True)
class Completion:
    """What a model wrote; ``problem`` says why it is no answer, "" when it is one."""

    text: str
    tokens: int  # written, those of answers that were taken back included
    seconds: float  # this answer's share of the batch's time
    problem: str = ""
    prompt_tokens: int = 0  # read; a prompt shared by several answers counts for its first
    cost: float = 0.0  # [currency units] by the spec's prices
    tries: int = 1  # answers written for this one child, refused ones included


class Health(NamedTuple):
    """Whether a model answers at all, why not, and how long to leave it alone [s]."""

    ok: bool
    sentence: str = ""
    wait_s: float = 0.0


HEALTHY = Health(True)


class Backend(Protocol):
    """A model behind one method. ``form`` tells what it writes, one of ``spec.FORMS``.

    A backend that may be away (an endpoint) also has a property ``health``: ``Health``.
    """

    name: str
    version: str
    form: str

    def complete(
        self, prompts: Sequence[Prompt], *, temperature: float, rng_seed: int
    ) -> list[list[Completion]]:
        """Return each prompt's samples; the same arguments give the same text."""
        ...
