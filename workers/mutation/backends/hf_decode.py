"""Several answers written at once by any causal language model of the transformers library."""

import copy
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from workers.mutation.backends.written import DEAD_END, REWRITTEN, Written

NUCLEUS = 0.95  # probability mass that may be sampled, as in OpenELM
BEYOND = 1e-12  # factor for the chances of tokens beyond the nucleus: they come last
CANDIDATES = 256  # likeliest tokens among which the nucleus is looked for


@dataclass
class Answer(Written[Tensor]):
    """One answer being written; what may come next are logits (V,)."""

    prompt: int  # which prompt it answers
    text: str = ""
    is_over: bool = False  # False at the end: cut at the limit, or in a dead end
    problem: str = ""
    columns: list[int] = field(default_factory=list)  # of the cache, of each token


class Reader:
    """A model with prompts read once: those of a batch share what all prompts begin with.

    Prompts are padded on the left; padding lies between the shared beginning and the rest, and
    is masked. A model that keeps more than keys and values (a convolution, a recurrence) would
    see the padding, so ``can_pad`` tells to give it prompts of one length at a time.
    """

    def __init__(self, model: PreTrainedModel, pad: int, head: list[int]):
        """``head``: tokens that every prompt begins with; may be empty."""
        self.model, self.pad, self.head = model, pad, head
        self.takes_positions = "position_ids" in inspect.signature(model.forward).parameters
        self._head_cache: DynamicCache | None = None

    @functools.cached_property
    def can_pad(self) -> bool:
        layers = DynamicCache(config=self.model.config).layers
        return all(type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in layers)

    def read(self, prompts: list[list[int]]) -> tuple[DynamicCache, Tensor, Tensor]:
        """Return the cache, the mask (P, columns) and each prompt's next-token logits (P, V)."""
        n = len(self.head) if self.can_pad else 0
        if n and any(prompt[:n] != self.head or len(prompt) == n for prompt in prompts):
            n = 0
        width = max(map(len, prompts)) - n
        ids = torch.full((len(prompts), width), self.pad)
        seen = torch.zeros(len(prompts), n + width, dtype=torch.long)
        seen[:, :n] = 1
        for row, prompt in enumerate(prompts):
            rest = prompt[n:]
            ids[row, width - len(rest) :] = torch.tensor(rest)
            seen[row, n + width - len(rest) :] = 1
        device = self.model.device
        cache = self._with_head(len(prompts)) if n else DynamicCache(config=self.model.config)
        seen = seen.to(device)
        return cache, seen, self.forward(ids.to(device), seen, cache)

    def _with_head(self, rows: int) -> DynamicCache:
        if self._head_cache is None:
            cache = DynamicCache(config=self.model.config)
            ids = torch.tensor([self.head], device=self.model.device)
            self.forward(ids, torch.ones_like(ids), cache)
            self._head_cache = cache
        cache = copy.deepcopy(self._head_cache)
        cache.reorder_cache(torch.LongTensor([0] * rows))
        return cache

    def forward(self, ids: Tensor, seen: Tensor, cache: DynamicCache) -> Tensor:
        """Feed ``ids`` (R, T) and return the logits (R, V) of the token after them."""
        options = {}
        if self.takes_positions:
            positions = (seen.cumsum(1) - 1).clamp(min=0)
            options["position_ids"] = positions[:, -ids.shape[1] :]
        out = self.model(
            input_ids=ids,
            attention_mask=seen,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
            **options,
        )
        return out.logits[:, -1].float()


def write_answers(
    reader: Reader,
    prompts: list[list[int]],
    answers: list[Answer],
    *,
    temperature: float,
    limit: int,
    stops: frozenset[int],
    is_over: Callable[[Answer], bool],
    generator: torch.Generator,
) -> None:
    """Write ``answers`` until each is over or has ``limit`` tokens; finished ones leave the batch.

    Tokens that are taken back stay in the cache, unseen.

    Args:
        stops: tokens that end an answer and are no part of it.
        is_over: looks at an answer after each token, and may cut its text.
    """
    cache, seen, logits = reader.read(prompts)
    rows = torch.LongTensor([answer.prompt for answer in answers])
    cache.reorder_cache(rows)
    seen, logits = seen[rows], logits[rows]
    active = list(answers)
    while True:
        drawn = draw(logits, temperature, generator).tolist()
        for row, answer in enumerate(active):
            if reader.can_pad and answer.is_between_lines:
                answer.mark(logits[row].clone())
            token = answer.first_allowed(drawn[row])
            while token is None and (back := answer.take_back()) is not None:
                seen[row, answer.columns[len(answer.tokens) :]] = 0
                del answer.columns[len(answer.tokens) :]
                token = answer.first_allowed(draw(back[None], temperature, generator)[0].tolist())
            answer.spent += 1
            if token is None:
                answer.problem = DEAD_END
                continue
            if token in stops:
                answer.is_over = True
                is_over(answer)  # lines may have been taken back since it looked last
                continue
            answer.tokens.append(token)
            answer.columns.append(seen.shape[1])
            if answer.mask is not None:
                answer.mask.push(token)
            answer.is_over = is_over(answer)
        left = [k for k, answer in enumerate(active) if _goes_on(answer, limit)]
        if not left:
            return
        if len(left) < len(active):
            kept = torch.LongTensor(left)
            cache.reorder_cache(kept)
            seen = seen[kept]
            active = [active[k] for k in left]
        seen = torch.cat((seen, seen.new_ones(len(active), 1)), dim=1)
        tokens = torch.tensor([[answer.tokens[-1]] for answer in active], device=seen.device)
        logits = reader.forward(tokens, seen, cache)


def _goes_on(answer: Answer, limit: int) -> bool:
    if answer.is_over or answer.problem:
        return False
    return len(answer.tokens) < limit and answer.spent < limit + REWRITTEN


def draw(logits: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    """Return the likeliest tokens of each row of ``logits`` (R, V), in the order of a drawing.

    They are drawn without replacement: the first is a sample, and the first that a mask allows is
    a sample of what it allows. Tokens beyond the nucleus come last.
    """
    top = (logits / temperature).log_softmax(-1).topk(min(CANDIDATES, logits.shape[-1]))
    chances = top.values.exp()
    is_beyond = chances.cumsum(-1) - chances >= NUCLEUS
    chances = chances.masked_fill(is_beyond, 0.0) + BEYOND * chances
    waits = torch.empty_like(chances).exponential_(generator=generator)
    return top.indices.gather(-1, (chances / waits).argsort(-1, descending=True))
