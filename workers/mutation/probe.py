"""Which form a model can write: each is tried on the same programs, and the best one is named."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from workers.mutation.backends import Backend
from workers.mutation.operator import BACKENDS, DiffOperator, MutationRequest
from workers.mutation.spec import ModelSpec

DIFF_FORMS = ("numbered", "search_replace", "unified")
REWRITE_TOKENS = 1200  # the longest seed program takes 900 with most tokenizers
TEMPERATURE = 0.8

IsValid = Callable[[str, str], bool]  # parent, child -> whether the child walks and differs
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Trial:
    """How often a model's answers in one form became children; one answer for each program."""

    form: str
    asked: int
    answered: int  # the model wrote something that is over
    applied: int  # it is an edit that fits its program
    valid: int  # the child runs, is simulated, and its body differs
    tokens: float  # written for an answer, mean
    seconds: float  # for all of them
    cost: float  # [currency units] for all of them
    example: str  # of what went wrong; "" when nothing did


@dataclass(frozen=True)
class Report:
    """Every form's trial, the form to use ("" when none works), and what to tell people."""

    model: str
    trials: tuple[Trial, ...]
    chosen: str
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the model's card and the command."""
        return asdict(self)


def forms_of(spec: ModelSpec) -> tuple[str, ...]:
    """Return the forms to try on a model, those that write diffs first."""
    own = ("carper",) if spec.kind == "hf" else ()
    return (*own, *DIFF_FORMS, "rewrite")


def with_form(spec: ModelSpec, form: str) -> ModelSpec:
    """Return the spec with a form, and room for whole programs where the form needs it."""
    tokens = spec.max_new_tokens
    if form == "rewrite":
        tokens = max(tokens, REWRITE_TOKENS)
    return replace(spec, form=form, max_new_tokens=tokens)


def probe(
    spec: ModelSpec,
    requests: Sequence[MutationRequest],
    is_valid: IsValid,
    tell: Tell = lambda sentence: None,
    load: Callable[[ModelSpec], Backend] | None = None,
) -> Report:
    """Try each form once on each program, and choose the one with the most valid children.

    Among equals the form whose edits fit more often wins, then the one that comes first: a diff
    before a rewrite. None is chosen when no edit fits. One model is in memory at a time.

    Raises:
        ValueError: a kind of model whose form is fixed.
        RuntimeError: the model cannot be loaded.
    """
    if spec.kind not in ("hf", "endpoint"):
        raise ValueError(f"a model of kind {spec.kind} writes one form only: nothing to try")
    load = load or BACKENDS[spec.kind]
    trials = []
    for form in forms_of(spec):
        trials.append(_try(load(with_form(spec, form)), form, requests, is_valid))
        tell(sentence_of(trials[-1]))
    best = max(trials, key=lambda trial: (trial.valid, trial.applied))
    chosen = best.form if best.applied else ""
    return Report(spec.name, tuple(trials), chosen, _verdict(trials, best))


def _try(
    backend: Backend, form: str, requests: Sequence[MutationRequest], is_valid: IsValid
) -> Trial:
    started = time.perf_counter()
    found = DiffOperator(backend, TEMPERATURE).propose(requests, rng_seed=0)
    pairs = [
        (request, proposal)
        for request, proposals in zip(requests, found, strict=True)
        for proposal in proposals
    ]
    return Trial(
        form,
        asked=len(pairs),
        answered=sum(bool(proposal.completion) for _, proposal in pairs),
        applied=sum(p.outcome is None or p.outcome.applies for _, p in pairs),
        valid=sum(
            p.outcome is None and p.source is not None and is_valid(request.parent, p.source)
            for request, p in pairs
        ),
        tokens=round(sum(p.tokens for _, p in pairs) / max(len(pairs), 1), 1),
        seconds=round(time.perf_counter() - started, 1),
        cost=sum(p.cost for _, p in pairs),
        example=next((p.reason for _, p in pairs if p.outcome is not None), ""),
    )


def sentence_of(trial: Trial) -> str:
    """Return how a form did, for people."""
    return (
        f"{trial.form}: {trial.valid} of {trial.asked} answers became valid walkers, "
        f"{trial.applied} were edits that fit, {trial.tokens:g} tokens each"
    )


def _verdict(trials: Sequence[Trial], best: Trial) -> str:
    if not best.applied:
        asked = sum(trial.asked for trial in trials)
        return f"No form works: none of {asked} answers was an edit that fits ({best.example})."
    counts = (
        f"{best.valid} of {best.asked} answers became valid walkers, {best.applied} were edits "
        "that fit."
    )
    if best.form != "rewrite":
        return f"Use the form {best.form}: {counts}"
    diffs = max(trial.valid for trial in trials if trial.form != "rewrite")
    cannot = f"writes diffs less well ({diffs} valid)" if diffs else "cannot write diffs"
    return f"This model {cannot}, so it rewrites the whole program: {counts}"
