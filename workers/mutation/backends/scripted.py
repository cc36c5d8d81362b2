"""A stand-in for the language model in tests: it writes what it is told to write."""

import re
from collections.abc import Sequence

from workers.mutation.backends import Completion, Prompt

_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


class Scripted:
    """Gives out ``completions`` in turn; without any, adds 1 to one whole number of the parent."""

    name = "scripted"
    version = "scripted-1"

    def __init__(self, completions: Sequence[str] = (), form: str = "lines"):
        self.completions, self.form = tuple(completions), form
        self._given = 0

    def complete(
        self, prompts: Sequence[Prompt], *, temperature: float, rng_seed: int
    ) -> list[list[Completion]]:
        """Return the next completions of the script, or edits counted on from ``rng_seed``."""
        results = []
        for prompt in prompts:
            texts = [self._next(prompt.parent, rng_seed + k) for k in range(prompt.samples)]
            results.append([Completion(t, len(t.split()), 0.0) for t in texts])
        return results

    def _next(self, parent: str, number: int) -> str:
        if not self.completions:
            return add_one(parent, number)
        self._given += 1
        return self.completions[(self._given - 1) % len(self.completions)]


def add_one(parent: str, number: int) -> str:
    """Return a line edit that adds 1 to the ``number``-th whole number, counted round and round."""
    spots = [(k, m) for k, line in enumerate(parent.split("\n")) for m in _NUMBER.finditer(line)]
    if not spots:
        return ""
    k, found = spots[number % len(spots)]
    line = parent.split("\n")[k]
    return f"={k}|{line[: found.start()]}{int(found.group()) + 1}{line[found.end() :]}"
