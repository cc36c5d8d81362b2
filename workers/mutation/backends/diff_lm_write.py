"""Writes answers side by side: samples tokens, lets the mask refuse them, takes dead ends back."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from workers.mutation import prompt
from workers.mutation.backends.diff_lm_decode import Rows
from workers.mutation.backends.lfm2 import Network, Prefix
from workers.mutation.backends.written import DEAD_END, REWRITTEN, Written

NUCLEUS = 0.95  # probability mass that may be sampled, as in OpenELM
BEYOND = -1e4  # added to the scores of tokens beyond the nucleus: they come last
CANDIDATES = 48  # tokens per step that the mask may choose among
LONGEST = 260  # tokens of an answer; the corpus has none longer
MAX_ROWS = 32  # written side by side; others wait until one of them is done
TOO_LONG_ANSWER = "the model's answer grew too long"


@dataclass(frozen=True)
class Choices:
    """What may come next in one answer: tokens, the likeliest first, and how likely each is."""

    tokens: np.ndarray  # (candidates,)
    scores: np.ndarray  # (candidates,) log probabilities, far lower beyond the nucleus


@dataclass
class Draft(Written[Choices]):
    """One answer being written.

    ``rng`` is the draft's own, so that what it becomes does not depend on the rows beside it, but
    for the last bits of matrix products.
    """

    prompt: Prefix
    rng: np.random.Generator
    problem: str = ""
    is_done: bool = False

    def end(self, problem: str = "") -> int:
        """Finish the answer; return what fills its place in this step."""
        self.problem, self.is_done = problem, True
        return prompt.EOS


def write(network: Network, drafts: Sequence[Draft], temperature: float) -> None:
    """Write every draft to its end: an answer in its ``tokens``, or a ``problem``."""
    capacity = min(MAX_ROWS, len(drafts))
    rows = Rows(network, capacity, max(d.prompt.length for d in drafts), LONGEST + 1)
    waiting = deque(drafts)
    active: list[Draft] = []
    while waiting or active:
        while waiting and len(active) < capacity:
            active.append(waiting.popleft())
            rows.join(active[-1].prompt)
        tokens = _next_tokens(active, rows, temperature)
        for row in reversed(range(len(active))):
            if active[row].is_done:
                rows.leave(row)
                active[row], tokens[row] = active[-1], tokens[-1]
                del active[-1], tokens[-1]
        if active:
            rows.step(tokens)


def _next_tokens(active: list[Draft], rows: Rows, temperature: float) -> list[int]:
    """Choose the next token of each draft; one in a dead end is taken back first."""
    tokens, scores = candidates(rows.logits[: len(active)], temperature)
    drawn = scores + np.stack([noise(draft, temperature) for draft in active])
    chosen = []
    for row, draft in enumerate(active):
        choices = Choices(tokens[row], scores[row])
        draft.mark(choices)
        token = add_token(draft, choices, drawn[row])
        while token is None:
            back = draft.take_back()
            if back is None:
                token = draft.end(DEAD_END)
            else:
                rows.shorten(row, len(draft.tokens))
                token = add_token(draft, back, back.scores + noise(draft, temperature))
        chosen.append(token)
    return chosen


def add_token(draft: Draft, choices: Choices, drawn: np.ndarray) -> int | None:
    """Add the first token, in the order of ``drawn``, that the mask allows; None in a dead end."""
    draft.spent += 1
    if draft.mask is None:
        token: int | None = int(choices.tokens[drawn.argmax()])
    else:
        token = draft.first_allowed(choices.tokens[(-drawn).argsort()].tolist())
    if token is None:
        return None
    if token == prompt.EOS:
        return draft.end()
    if draft.spent >= LONGEST + REWRITTEN:
        return draft.end(TOO_LONG_ANSWER)
    if len(draft.tokens) >= LONGEST:
        return draft.end(TOO_LONG_ANSWER) if draft.mask is None else None
    draft.tokens.append(token)
    if draft.mask is not None:
        draft.mask.push(token)
    return token


def candidates(logits: Tensor, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the likeliest tokens of each row and their scores, both (rows, candidates)."""
    top = (logits / (temperature or 1)).log_softmax(-1).topk(CANDIDATES)
    mass = top.values.exp()
    is_beyond = mass.cumsum(-1) - mass >= NUCLEUS
    return top.indices.numpy(), (top.values + BEYOND * is_beyond).numpy()


def noise(draft: Draft, temperature: float) -> np.ndarray | float:
    """Return Gumbel noise for the candidates.

    Scores with such noise, sorted, are an order in which sampling without replacement draws them,
    so taking the first that the mask allows samples the masked distribution exactly.
    """
    return draft.rng.gumbel(size=CANDIDATES) if temperature > 0 else np.zeros(CANDIDATES)
