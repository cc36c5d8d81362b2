"""Answers written side by side, one token of each at a step.

Rows of one prompt attend to its keys together: reading them once for each row was most of the
time of a step (23 ms of 27 at 32 rows and 320 tokens). Each row keeps its own tokens in buffers
of a fixed size, so to take a row back is to shorten it, and to drop one is to move the last row
into its place.
"""

import itertools

import numpy as np
import torch

from workers.mutation.backends.lfm2 import Network, Prefix
from workers.mutation.backends.lfm2_bytes import OUTPUTS, gather, keep, score


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
        attentions, convolutions = range(network.attentions), range(network.convolutions)
        # Of NumPy, whose zeros take up memory only where something is written.
        self.keys = [np.zeros(own, np.float32) for _ in attentions]
        self.values = [np.zeros(own, np.float32) for _ in attentions]
        blocks, pairs = _up(longest_prompt, OUTPUTS), _up(size, 2)
        keys = (capacity, heads, blocks, pairs, OUTPUTS, 2)
        values = (capacity, heads, _up(size, OUTPUTS), _up(longest_prompt, 2), OUTPUTS, 2)
        scales = (capacity, heads, blocks * OUTPUTS)
        self.prompt_keys, self.prompt_values = (
            [(np.zeros(shape, np.int8), np.zeros(scales, np.float32)) for _ in attentions]
            for shape in (keys, values)
        )
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
            for number in range(self.network.attentions):
                kept = *self.prompt_keys[number], *self.prompt_values[number]
                read = prompt.keys[number].numpy(), prompt.values[number].numpy()
                keep(*read, *(array[place] for array in kept))
        row = len(self)
        self.lengths.append(0)
        self.prompt_of.append(place)
        self.logits[row] = prompt.logits
        for inputs, tail in zip(self._inputs, prompt.tails, strict=True):
            inputs[row, : len(tail)] = tail
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
        if prompt != last:
            for kept in itertools.chain(*self.prompt_keys, *self.prompt_values):
                kept[prompt] = kept[last]
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
        visible = int(self.of_prompt[2].max()) + max(self.lengths) + 1
        self.scores = np.empty((rows, self.network.heads, visible), np.float32)
        states = self.network.states(tokens, self)
        self.logits[:rows] = self.network.logits(states)
        self.lengths = [n + 1 for n in self.lengths]

    def _arrange(self) -> None:
        """Lay the rows of a prompt side by side."""
        prompt_of = np.array(self.prompt_of)
        side_by_side = prompt_of.argsort(kind="stable")
        starts = np.searchsorted(prompt_of[side_by_side], np.arange(len(self.prompts) + 1))
        lengths = np.array([p.length for p in self.prompts])
        self.of_prompt = side_by_side, starts, lengths
        self.row_of = np.arange(len(self))
        self.prompt_length = lengths[prompt_of]
        self._is_arranged = True

    # the memory of the network

    def inputs(self, number: int) -> np.ndarray:
        return self._inputs[number]

    def attend(self, number: int, qkv: np.ndarray) -> np.ndarray:
        """Softmax over the prompt's keys, which rows of one prompt share, and the row's own."""
        own = self.keys[number], self.values[number]
        keys, values = self.prompt_keys[number], self.prompt_values[number]
        score(qkv, keys, self.of_prompt, own, self.at, self.scores)
        weights = torch.from_numpy(self.scores).softmax(-1).numpy()
        found = np.empty((len(self), self.network.width), np.float32)
        gather(weights, values, self.of_prompt, own[1], self.at, found)
        return found


def _up(count: int, size: int) -> int:
    """Return how many of ``size`` hold ``count``."""
    return -(-count // size)
