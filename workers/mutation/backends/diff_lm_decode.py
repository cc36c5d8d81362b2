"""Answers written side by side, one token of each at a step.

Rows of one prompt attend to its keys together: reading them once for each row was most of the
time of a step (23 ms of 27 at 32 rows and 320 tokens). Each row keeps its own tokens in buffers
of a fixed size, so to take a row back is to shorten it, and to drop one is to move the last row
into its place.
"""

import numpy as np
import torch
from torch import Tensor

from workers.mutation.backends.lfm2 import Network, Prefix


class Rows:
    """Up to ``capacity`` answers and the prompts that they continue.

    Args:
        capacity: rows at a time.
        longest_prompt, longest_answer: tokens.

    A row is named by its place, 0 to ``len(rows) - 1``; ``leave`` gives its place to the last.
    """

    positions: Tensor

    def __init__(self, network: Network, capacity: int, longest_prompt: int, longest_answer: int):
        self.network = network
        heads, size, tail = network.heads, network.head_size, network.window - 1
        own = (capacity, heads, longest_answer, size)
        shared = (capacity, heads, longest_prompt, size)
        attentions, convolutions = range(network.attentions), range(network.convolutions)
        self.keys = [_zeros(own) for _ in attentions]
        self.values = [_zeros(own) for _ in attentions]
        self.prompt_keys = [_zeros(shared) for _ in attentions]
        self.prompt_values = [_zeros(shared) for _ in attentions]
        inputs = (capacity, tail + longest_answer, network.width)
        self.inputs = [_zeros(inputs) for _ in convolutions]
        self.logits = torch.zeros(capacity, network.vocabulary)
        self.lengths: list[int] = []  # of each row
        self.prompt_of: list[int] = []  # of each row, its place among the prompts
        self.prompts: list[Prefix] = []
        self._is_arranged = False

    def __len__(self) -> int:
        return len(self.lengths)

    def join(self, prompt: Prefix) -> None:
        """Add a row that continues ``prompt``."""
        place = next((k for k, known in enumerate(self.prompts) if known is prompt), None)
        if place is None:
            place = len(self.prompts)
            self.prompts.append(prompt)
            for kept, new in zip(self.prompt_keys, prompt.keys, strict=True):
                kept[place, :, : prompt.length] = new
            for kept, new in zip(self.prompt_values, prompt.values, strict=True):
                kept[place, :, : prompt.length] = new
        row = len(self)
        self.lengths.append(0)
        self.prompt_of.append(place)
        self.logits[row] = prompt.logits
        for kept, new in zip(self.inputs, prompt.tails, strict=True):
            kept[row, : len(new)] = new
        self._is_arranged = False

    def leave(self, row: int) -> None:
        """Drop a row; the last one takes its place."""
        prompt, last = self.prompt_of[row], len(self) - 1
        if row != last:
            length = self.lengths[last]
            for kept in (*self.keys, *self.values):
                kept[row, :, :length] = kept[last, :, :length]
            for kept in self.inputs:
                end = length + self.network.window - 1
                kept[row, :end] = kept[last, :end]
            self.logits[row] = self.logits[last]
            self.lengths[row], self.prompt_of[row] = length, self.prompt_of[last]
        self.lengths.pop()
        self.prompt_of.pop()
        if prompt not in self.prompt_of:
            self._forget(prompt)
        self._is_arranged = False

    def _forget(self, prompt: int) -> None:
        """Drop a prompt; the last one takes its place."""
        last = len(self.prompts) - 1
        length = self.prompts[last].length
        for kept in (*self.prompt_keys, *self.prompt_values):
            kept[prompt, :, :length] = kept[last, :, :length]
        self.prompts[prompt] = self.prompts[last]
        self.prompts.pop()
        self.prompt_of = [prompt if p == last else p for p in self.prompt_of]

    def shorten(self, row: int, length: int) -> None:
        """Forget all but the first ``length`` tokens of a row, and what comes next (its logits)."""
        self.lengths[row] = length

    def step(self, tokens: list[int]) -> None:
        """Feed one token to each row; ``logits`` tells what may follow."""
        if not self._is_arranged:
            self._arrange()
        rows, longest = len(self), max(self.lengths) + 1
        self.at = torch.tensor(self.lengths)
        self.positions = self.prompt_length + self.at
        self.window = self.at[:, None] + torch.arange(self.network.window)
        ahead = torch.arange(longest) > self.at[:, None]
        self.own_mask = torch.zeros(rows, 1, 1, longest).masked_fill_(
            ahead[:, None, None], -torch.inf
        )
        states = self.network.states(torch.tensor(tokens), self)
        self.logits[:rows] = self.network.logits(states)
        self.lengths = [n + 1 for n in self.lengths]

    def _arrange(self) -> None:
        """Lay out the rows as a table with one line for each prompt."""
        table: list[list[int]] = [[] for _ in self.prompts]
        for row, prompt in enumerate(self.prompt_of):
            table[prompt].append(row)
        wide = max(map(len, table))
        self.table = torch.tensor([line + [line[0]] * (wide - len(line)) for line in table])
        where = {row: p * wide + k for p, line in enumerate(table) for k, row in enumerate(line)}
        self.where = torch.tensor([where[row] for row in range(len(self))])
        self.numbers = torch.arange(len(self))
        lengths = torch.tensor([p.length for p in self.prompts])
        self.prompt_length = lengths[torch.tensor(self.prompt_of)]
        self.widest = max(p.length for p in self.prompts)
        beyond = torch.arange(self.widest) >= lengths[:, None]
        self.prompt_mask = torch.zeros(len(lengths), 1, 1, self.widest)
        self.prompt_mask.masked_fill_(beyond[:, None, None], -torch.inf)
        self._is_arranged = True

    # the memory of the network

    def recall(self, number: int, new: Tensor) -> Tensor:
        kept = self.inputs[number]
        kept[self.numbers, self.window[:, -1]] = new
        return kept[self.numbers[:, None], self.window]

    def attend(self, number: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Softmax over the prompt's keys, as one product for each prompt, and the row's own."""
        rows, prompts, longest = len(self), len(self.prompts), self.own_mask.shape[-1]
        self.keys[number][self.numbers, :, self.at] = k
        self.values[number][self.numbers, :, self.at] = v
        own = (kept[number][:rows, :, :longest] for kept in (self.keys, self.values))
        shared = (
            kept[number][:prompts, :, : self.widest]
            for kept in (self.prompt_keys, self.prompt_values)
        )
        own_keys, own_values = own
        shared_keys, shared_values = shared
        to_shared = self._tabled(q) @ shared_keys.transpose(2, 3) + self.prompt_mask
        to_own = q[:, :, None] @ own_keys.transpose(2, 3) + self.own_mask
        weights = torch.cat((to_shared, self._tabled(to_own[:, :, 0])), -1).softmax(-1)
        found = self._listed(weights[..., : self.widest] @ shared_values)
        return found + (self._listed(weights[..., self.widest :])[:, :, None] @ own_values)[:, :, 0]

    def _tabled(self, x: Tensor) -> Tensor:
        """Return values of rows (rows, heads, n) as (prompts, heads, rows of a prompt, n)."""
        return x[self.table].transpose(1, 2)

    def _listed(self, x: Tensor) -> Tensor:
        """Undo ``_tabled``."""
        return x.transpose(1, 2).flatten(0, 1)[self.where]


def _zeros(shape: tuple[int, ...]) -> Tensor:
    """Return zeros whose memory is taken up only where something is written (NumPy's calloc)."""
    return torch.from_numpy(np.zeros(shape, np.float32))
