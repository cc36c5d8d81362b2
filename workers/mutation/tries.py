"""Asks a model again for the children that the static gate refuses, before the sandbox sees any.

A child that is refused to the last try is a failure and is counted as one; nothing stands in for
the model.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workers.mutation.backends import MAX_TRIES, Backend, Completion, Prompt

if TYPE_CHECKING:
    from workers.mutation.operator import MutationRequest, Proposal

Judge = Callable[[str, Completion, str], "Proposal"]


@dataclass
class _Child:
    """One child that is asked for: the request it belongs to and its last proposal."""

    request: int
    proposal: "Proposal | None" = None
    is_open: bool = True

    @property
    def tries(self) -> int:
        return self.proposal.tries if self.proposal else 0


def propose_with_tries(
    backend: Backend,
    requests: Sequence["MutationRequest"],
    *,
    temperature: float,
    rng_seed: int,
    judge: Judge,
    tries: int = MAX_TRIES,
) -> list[list["Proposal"]]:
    """Return ``children`` proposals for each request, the refused ones asked for again together.

    Each proposal is the last one of its child; its tries, tokens, seconds and cost are those of
    all its answers. An answer without a single token is not asked for again: the model did not
    read the program, or is not there.

    Args:
        judge: ``operator.judge``: parent, completion and form to proposal.
        tries: answers that may be begun for a child, those that a backend takes back included.
    """
    children = [_Child(n) for n, request in enumerate(requests) for _ in range(request.children)]
    number = 0
    while waiting := [child for child in children if child.is_open]:
        groups: dict[tuple[int, int], list[_Child]] = {}
        for child in waiting:
            groups.setdefault((child.request, tries - child.tries), []).append(child)
        prompts = [
            Prompt(requests[n].parent, requests[n].message, len(group), left)
            for (n, left), group in groups.items()
        ]
        seed = rng_seed if number == 0 else random.Random(f"{rng_seed}:{number}").getrandbits(48)
        written = backend.complete(prompts, temperature=temperature, rng_seed=seed)
        for group, completions in zip(groups.values(), written, strict=True):
            for child, completion in zip(group, completions, strict=True):
                found = judge(requests[child.request].parent, completion, backend.form)
                child.proposal = _with_earlier(found, child.proposal)
                is_refused = found.outcome is not None and completion.tokens > 0
                child.is_open = is_refused and child.tries < tries
        number += 1
    found_of: list[list[Proposal]] = [[] for _ in requests]
    for child in children:
        assert child.proposal is not None
        found_of[child.request].append(child.proposal)
    return found_of


def _with_earlier(found: "Proposal", earlier: "Proposal | None") -> "Proposal":
    """Return a proposal that carries what the child's earlier tries took, too."""
    if earlier is None:
        return found
    return replace(
        found,
        tokens=found.tokens + earlier.tokens,
        seconds=found.seconds + earlier.seconds,
        prompt_tokens=found.prompt_tokens + earlier.prompt_tokens,
        cost=found.cost + earlier.cost,
        tries=found.tries + earlier.tries,
    )
