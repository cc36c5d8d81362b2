"""Answers written side by side, one token of each at a step.

Rows of one prompt attend to its keys together: reading them once for each row was most of the
time of a step (23 ms of 27 at 32 rows and 320 tokens). Each row keeps its own tokens in buffers
of a fixed size, so to take a row back is to shorten it, and to drop one is to move the last row
into its place.
"""

import numpy as np
import torch

from workers.mutation.backends.lfm2 import Network, Prefix
from workers.mutation.backends.lfm2_kernels import add_own, keep_and_score


class Rows:
    """Up to ``capacity`` answers and the prompts that they continue.

    Args:
        capacity: rows at a time.
        longest_prompt, longest_answer: tokens.

    A row is named by its place, 0 to ``len(rows) - 1``; ``leave`` gives its place to the last.
    """

    positions: np.ndarray
    row_of: np.ndarray
    at: np.ndarray

    def __init__(self, network: Network, capacity: int, longest_prompt: int, longest_answer: int):
        self.network = network
        heads, size, tail = network.heads, network.head_size, network.window - 1
        own = (capacity, heads, longest_answer, size)
        shared = (capacity, heads, longest_prompt, size)
        attentions, convolutions = range(network.attentions), range(network.convolutions)
        # Of NumPy, whose zeros take up memory only where something is written.
        self.keys = [np.zeros(own, np.float32) for _ in attentions]
        self.values = [np.zeros(own, np.float32) for _ in attentions]
        self.prompt_keys = [np.zeros(shared, np.float32) for _ in attentions]
        self.prompt_values = [np.zeros(shared, np.float32) for _ in attentions]
        inputs = (capacity, tail + longest_answer, network.width)
        self._inputs = [np.zeros(inputs, np.float32) for _ in convolutions]
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
        for kept, new in zip(self._inputs, prompt.tails, strict=True):
            kept[row, : len(new)] = new
        self._is_arranged = False

    def leave(self, row: int) -> None:
        """Drop a row; the last one takes its place."""
        prompt, last = self.prompt_of[row], len(self) - 1
        if row != last:
            length = self.lengths[last]
            for kept in (*self.keys, *self.values):
                kept[row, :, :length] = kept[last, :, :length]
            for kept in self._inputs:
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
        rows = len(self)
        self.at = np.array(self.lengths)
        self.positions = self.prompt_length + self.at
        self.own = torch.empty(*self.queries.shape[:3], max(self.lengths) + 1)
        states = self.network.states(tokens, self)
        self.logits[:rows] = self.network.logits(states)
        self.lengths = [n + 1 for n in self.lengths]

    def _arrange(self) -> None:
        """Lay out the rows as a table with one line for each prompt."""
        table: list[list[int]] = [[] for _ in self.prompts]
        for row, prompt in enumerate(self.prompt_of):
            table[prompt].append(row)
        wide = max(map(len, table))
        self.where = np.empty((len(self), 2), np.int64)
        for number, line in enumerate(table):
            for place, row in enumerate(line):
                self.where[row] = number, place
        self.row_of = np.arange(len(self))
        lengths = np.array([p.length for p in self.prompts])
        self.prompt_length = lengths[self.prompt_of]
        self.widest = lengths.max()
        beyond = np.arange(self.widest) >= lengths[:, None]
        self.prompt_mask = torch.from_numpy(np.where(beyond, -np.inf, 0)[:, None, None]).float()
        heads, size = self.network.heads, self.network.head_size
        self.queries = torch.zeros(len(table), heads, wide, size)
        self._is_arranged = True

    # the memory of the network

    def inputs(self, number: int) -> np.ndarray:
        return self._inputs[number]

    def attend(self, number: int, qkv: np.ndarray) -> np.ndarray:
        """Softmax over the prompt's keys, as one product for each prompt, and the row's own."""
        prompts, end = len(self.prompts), self.widest
        keys, values = (
            torch.from_numpy(kept[number][:prompts, :, :end])
            for kept in (self.prompt_keys, self.prompt_values)
        )
        places = self.at, self.where
        own = self.keys[number], self.values[number]
        keep_and_score(qkv, *own, *places, self.queries.numpy(), self.own.numpy())
        to_prompt = self.queries @ keys.transpose(2, 3) + self.prompt_mask
        weights = torch.cat((to_prompt, self.own), -1).softmax(-1)
        shared = weights[..., :end] @ values
        found = np.empty((len(self), self.network.width), np.float32)
        add_own(shared.numpy(), weights.numpy(), end, own[1], *places, found)
        return found
