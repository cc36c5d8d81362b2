"""What an operator is: parents and commit messages go in, proposals for children come out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from simulation.outcome import Outcome
from workers.mutation import gate
from workers.mutation.backends import HEALTHY, Backend, Completion, Health, Prompt
from workers.mutation.diff import unified_diff
from workers.mutation.forms import get_form
from workers.mutation.hunks import DoesNotApply, NoEdit
from workers.mutation.spec import ModelSpec
from workers.mutation.tries import propose_with_tries

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
    prompt_tokens: int = 0
    cost: float = 0.0  # [currency units] by the model's prices
    tries: int = 1  # answers written for this child, refused ones included


class Operator(Protocol):
    """Turns parents into children."""

    name: str
    version: str

    def propose(
        self, requests: Sequence[MutationRequest], *, rng_seed: int
    ) -> list[list[Proposal]]: ...


class DiffOperator:
    """Lets a model write an edit, applies it, and keeps from the sandbox what cannot run."""

    def __init__(self, backend: Backend, temperature: float, tries: int | None = None):
        self.backend, self.temperature, self.tries = backend, temperature, tries
        self.name, self.version = backend.name, backend.version

    def propose(
        self, requests: Sequence[MutationRequest], *, rng_seed: int
    ) -> list[list[Proposal]]:
        """Return ``children`` proposals for each request; the same arguments, the same ones."""
        if self.tries is not None:
            return propose_with_tries(
                self.backend,
                requests,
                temperature=self.temperature,
                rng_seed=rng_seed,
                judge=judge,
                tries=self.tries,
            )
        prompts = [Prompt(r.parent, r.message, r.children) for r in requests]
        written = self.backend.complete(prompts, temperature=self.temperature, rng_seed=rng_seed)
        return [
            [judge(request.parent, completion, self.backend.form) for completion in completions]
            for request, completions in zip(requests, written, strict=True)
        ]

    @property
    def health(self) -> Health:
        """Whether the model answers; when not, ``propose`` still returns, with problems."""
        return getattr(self.backend, "health", HEALTHY)


def health_of(operator: Operator) -> Health:
    """Return how an operator is; one that runs in this process is always well."""
    return getattr(operator, "health", HEALTHY)


def judge(parent: str, completion: Completion, form: str) -> Proposal:
    """Return the proposal that a completion amounts to."""

    def ended(outcome: Outcome | None, reason: str, source: str | None = None, how: str = ""):
        return Proposal(
            outcome,
            reason,
            source,
            unified_diff(parent, source) if source is not None else "",
            completion.text,
            how,
            completion.tokens,
            completion.seconds,
            completion.prompt_tokens,
            completion.cost,
            completion.tries,
        )

    if completion.problem:
        return ended(Outcome.NO_DIFF, completion.problem)
    found = get_form(form).read(parent, completion.text)
    if isinstance(found, DoesNotApply):
        is_none = isinstance(found, NoEdit)
        return ended(Outcome.NO_DIFF if is_none else Outcome.DOES_NOT_APPLY, found.reason)
    if found.source == parent:
        return ended(Outcome.DOES_NOT_APPLY, "the edit changes nothing")
    return ended(*gate.check(parent, found.source), source=found.source, how=found.how)


def _bundled(spec: ModelSpec) -> Backend:
    from workers.mutation.backends.diff_lm import bundled  # loads torch

    return bundled(masked=spec.kind == "bundled")


def _tuned(spec: ModelSpec) -> Backend:
    from workers.mutation.backends.diff_lm import load_diff_lm

    return load_diff_lm(Path(spec.folder), name=spec.name)


def _scripted(spec: ModelSpec) -> Backend:
    from workers.mutation.backends.scripted import Scripted

    return Scripted()


def _hf(spec: ModelSpec) -> Backend:
    from workers.mutation.backends.hf import load_hf  # loads torch

    return load_hf(spec)


def _endpoint(spec: ModelSpec) -> Backend:
    from workers.mutation.backends.endpoint import Endpoint

    return Endpoint(spec)


BACKENDS: dict[str, Callable[[ModelSpec], Backend]] = {
    "bundled": _bundled,
    "bundled_unmasked": _bundled,  # the model alone, for honest comparison
    "scripted": _scripted,  # tests
    "tuned": _tuned,
    "hf": _hf,
    "endpoint": _endpoint,
}
BUILT_IN = ("bundled", "bundled_unmasked", "random_gp", "scripted")
load_backend = lru_cache(maxsize=8)(lambda spec: BACKENDS[spec.kind](spec))


def load_operator(
    model: str | ModelSpec = "bundled", *, temperature: float = 0.8, tries: int | None = None
) -> Operator:
    """Return the operator that a spec describes, or the built-in one of that name.

    The weights of the last few models stay in memory.

    Args:
        tries: answers that may be begun for a child before the gate's refusal stands,
            ``MAX_TRIES`` in runs; None takes the first answer as it is, for figures of the model.

    Raises:
        ValueError: no such model, or a temperature that is not above 0 and at most 5.
        RuntimeError: the model's files are not there or cannot be read; the message says which.
    """
    if isinstance(model, str):
        if model not in BUILT_IN:
            raise ValueError(f"unknown backend {model!r}: use one of {', '.join(BUILT_IN)}")
        model = ModelSpec(model, model)
    if not (math.isfinite(temperature) and 0 < temperature <= HOTTEST):
        raise ValueError(
            f"temperature must be above 0 and at most {HOTTEST:g}, got {temperature:g}"
        )
    if model.kind == "random_gp":  # the paper's control; only ever by name
        from workers.mutation.random_gp import RandomGP

        return RandomGP()
    return DiffOperator(load_backend(model), temperature, tries)
