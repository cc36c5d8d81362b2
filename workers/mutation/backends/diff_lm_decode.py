"""A batch of answers written token by token through transformers, with its cache."""

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import LinearAttentionLayer

from workers.mutation.prompt import PAD

State = tuple[Tensor, Tensor, list[Tensor]]  # of a row: columns seen, logits, convolutions


class Decoder:
    """The rows of one batch: prompts are read once, each continued by several answers.

    Prompts are padded on the left. A row may be taken back to an earlier state: the columns
    written since are masked from then on, which costs less than cutting each row's cache.
    """

    def __init__(self, model: PreTrainedModel, prompts: list[list[int]], counts: list[int]):
        """``counts``: how many answers each prompt gets."""
        self.model = model
        width = max(map(len, prompts))
        ids = torch.full((len(prompts), width), PAD)
        seen = torch.zeros(len(prompts), width, dtype=torch.long)
        for row, prompt in enumerate(prompts):
            ids[row, width - len(prompt) :] = torch.tensor(prompt)
            seen[row, width - len(prompt) :] = 1
        positions = (seen.cumsum(1) - 1).clamp(min=0)
        self.cache = DynamicCache(config=model.config)
        logits = self._run(ids, seen, positions)
        rows = torch.LongTensor([p for p, count in enumerate(counts) for _ in range(count)])
        self.cache.reorder_cache(rows)
        self.seen = seen[rows]  # (R, columns) 1 where a row looks
        self.logits = logits[rows]  # (R, vocabulary) of each row's next token

    def step(self, tokens: list[int]) -> None:
        """Feed one token to each row."""
        self.seen = torch.cat((self.seen, self.seen.new_ones(len(tokens), 1)), dim=1)
        positions = self.seen.sum(1, keepdim=True) - 1
        self.logits = self._run(torch.tensor(tokens)[:, None], self.seen, positions)

    def _run(self, ids: Tensor, seen: Tensor, positions: Tensor) -> Tensor:
        out = self.model(
            input_ids=ids,
            attention_mask=seen,
            position_ids=positions,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return out.logits[:, -1]

    def _convolutions(self) -> list[Tensor]:
        """Return each convolution's memory of its last inputs, (R, hidden, 3)."""
        layers = (layer for layer in self.cache.layers if isinstance(layer, LinearAttentionLayer))
        states = (layer.conv_states[0] for layer in layers)
        return [state for state in states if state is not None]

    def remember(self, row: int) -> State:
        """Return the state of one row, for ``rewind``."""
        convolutions = [state[row].clone() for state in self._convolutions()]
        return self.seen[row].clone(), self.logits[row].clone(), convolutions

    def rewind(self, row: int, state: State) -> None:
        """Take a row back to a remembered state."""
        seen, logits, convolutions = state
        self.seen[row] = 0
        self.seen[row, : len(seen)] = seen
        self.logits[row] = logits
        for now, then in zip(self._convolutions(), convolutions, strict=True):
            now[row] = then

    def keep(self, rows: list[int]) -> None:
        """Drop all other rows."""
        index = torch.LongTensor(rows)
        self.cache.reorder_cache(index)
        self.seen, self.logits = self.seen[index], self.logits[index]
