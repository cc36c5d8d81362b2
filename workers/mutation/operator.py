"""What an operator is: parents and commit messages go in, proposals for children come out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from simulation.outcome import Outcome
from workers.mutation import gate
from workers.mutation.backends import Backend, Completion, Prompt
from workers.mutation.diff import DoesNotApply, apply_diff, unified_diff
from workers.mutation.lines import BadEdit, apply_edits, parse_edits
from workers.mutation.prompt import split_source
from workers.mutation.spec import ModelSpec

HOTTEST = 5.0  # temperature; far above 1 a model writes noise


@dataclass(frozen=True)
class MutationRequest:
    """One parent, one commit message, and how many children to ask for."""

    parent: str
    message: str
    children: int = 4


@dataclass(frozen=True)
class Proposal:
    """One completion; ``outcome`` None means a child that waits for evaluation."""

    outcome: Outcome | None
    reason: str
    source: str | None
    diff: str
    completion: str
    how_applied: str
    tokens: int
    seconds: float


class Operator(Protocol):
    """Turns parents into children."""

    name: str
    version: str

    def propose(
        self, requests: Sequence[MutationRequest], *, rng_seed: int
    ) -> list[list[Proposal]]: ...


class DiffOperator:
    """Lets a model write an edit, applies it, and keeps from the sandbox what cannot run."""

    def __init__(self, backend: Backend, temperature: float):
        self.backend, self.temperature = backend, temperature
        self.name, self.version = backend.name, backend.version

    def propose(
        self, requests: Sequence[MutationRequest], *, rng_seed: int
    ) -> list[list[Proposal]]:
        """Return ``children`` proposals for each request; the same arguments, the same ones."""
        prompts = [Prompt(r.parent, r.message, r.children) for r in requests]
        written = self.backend.complete(prompts, temperature=self.temperature, rng_seed=rng_seed)
        return [
            [judge(request.parent, completion, self.backend.form) for completion in completions]
            for request, completions in zip(requests, written, strict=True)
        ]


def judge(parent: str, completion: Completion, form: str) -> Proposal:
    """Return the proposal that a completion amounts to."""

    def ended(outcome: Outcome | None, reason: str, source: str | None = None, how: str = ""):
        diff = unified_diff(parent, source) if source is not None else ""
        return Proposal(
            outcome,
            reason,
            source,
            diff,
            completion.text,
            how,
            completion.tokens,
            completion.seconds,
        )

    if completion.problem:
        return ended(Outcome.NO_DIFF, completion.problem)
    if form == "unified":
        applied = apply_diff(parent, completion.text)
        if isinstance(applied, DoesNotApply):
            is_empty = not completion.text.strip()
            return ended(Outcome.NO_DIFF if is_empty else Outcome.DOES_NOT_APPLY, applied.reason)
        child, how = applied.source, applied.how
    else:
        try:
            edits = parse_edits(completion.text)
        except BadEdit as error:
            return ended(Outcome.NO_DIFF, str(error))
        if not edits:
            return ended(Outcome.NO_DIFF, "the model wrote no edit")
        try:
            lines = apply_edits(split_source(parent), edits)
        except BadEdit as error:
            return ended(Outcome.DOES_NOT_APPLY, str(error))
        child, how = "\n".join(lines) + "\n" * parent.endswith("\n"), "exact"
    if child == parent:
        return ended(Outcome.DOES_NOT_APPLY, "the edit changes nothing")
    return ended(*gate.check(parent, child), source=child, how=how)


def _bundled(temperature: float) -> Operator:
    from workers.mutation.backends.diff_lm import bundled  # loads torch

    return DiffOperator(bundled(), temperature)


def _bundled_unmasked(temperature: float) -> Operator:
    from workers.mutation.backends.diff_lm import bundled

    return DiffOperator(bundled(masked=False), temperature)


def _random_gp(temperature: float) -> Operator:
    from workers.mutation.random_gp import RandomGP

    return RandomGP()


def _scripted(temperature: float) -> Operator:
    from workers.mutation.backends.scripted import Scripted

    return DiffOperator(Scripted(), temperature)


OPERATORS: dict[str, Callable[[float], Operator]] = {
    "bundled": _bundled,
    "bundled_unmasked": _bundled_unmasked,  # the model alone, for honest comparison
    "random_gp": _random_gp,  # the paper's control; only ever by name
    "scripted": _scripted,  # tests
}


def load_operator(backend: str | ModelSpec = "bundled", *, temperature: float = 0.8) -> Operator:
    """Return the operator called ``backend``, or the one that a spec describes.

    Raises:
        ValueError: no such backend, or a temperature that is not above 0 and at most 5.
        WeightsMissing: the bundled model's files are not there (a RuntimeError).
    """
    backend = backend.kind if isinstance(backend, ModelSpec) else backend
    if backend not in OPERATORS:
        raise ValueError(f"unknown backend {backend!r}: use one of {', '.join(OPERATORS)}")
    if not (math.isfinite(temperature) and 0 < temperature <= HOTTEST):
        raise ValueError(
            f"temperature must be above 0 and at most {HOTTEST:g}, got {temperature:g}"
        )
    return OPERATORS[backend](temperature)
