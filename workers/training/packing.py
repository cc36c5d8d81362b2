"""Examples as token rows: one parent followed by several (message, answer) segments.

Six edits of one parent cost 665 tokens packed and 1,900 apart (specs/diff-model.md, section 8.2).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from workers.mutation import prompt
from workers.mutation.lines import edits_between
from workers.training.corpus.generate import Example

PROMPT_WEIGHT = 0.15  # of the loss on parents: reading them teaches the language, answers matter
MAX_ANSWER = 260  # tokens


@dataclass(frozen=True)
class Packed:
    """One row: ids, positions, segment numbers (0 = the parent) and loss weights."""

    ids: list[int]
    positions: list[int]
    segments: list[int]
    weights: list[float]

    @property
    def edits(self) -> int:
        return self.segments[-1]


def pack(tokenizer, example: Example) -> Packed | None:
    """Return ``example`` as a row, None when nothing of it fits the model."""
    lines = prompt.split_source(example.parent)
    try:
        ids = prompt.encode_parent(tokenizer, lines)
    except prompt.TooLong:
        return None
    start = len(ids)
    row = Packed(ids, list(range(start)), [0] * start, [PROMPT_WEIGHT] * start)
    number = 0
    for message, child in example.edits:
        edits = edits_between(lines, prompt.split_source(child))
        if not edits:
            continue
        question = prompt.encode_message(tokenizer, message)
        answer = prompt.encode_edits(tokenizer, edits)
        if len(answer) > MAX_ANSWER:
            continue
        number += 1
        n = len(question) + len(answer)
        row.ids.extend(question + answer)
        row.positions.extend(range(start, start + n))
        row.segments.extend([number] * n)
        row.weights.extend([0.0] * len(question) + [1.0] * len(answer))
    return row if number else None


@dataclass(frozen=True)
class Batch:
    """Packed rows as tensors; see ``DiffModel.forward``."""

    ids: Tensor
    positions: Tensor
    mask: Tensor
    before: tuple[Tensor, Tensor]
    targets: Tensor  # (B, T): the next token of the same segment
    weights: Tensor  # (B, T): loss weight of predicting it, 0 where there is none
    tokens: int
    edits: int


def collate(rows: list[Packed]) -> Batch:
    """Return rows as one batch."""
    B, T = len(rows), max(len(r.ids) for r in rows)  # batch, time
    ids = torch.zeros(B, T, dtype=torch.long)
    positions = torch.zeros(B, T, dtype=torch.long)
    segments = torch.full((B, T), -1)
    weights = torch.zeros(B, T)
    parents = torch.zeros(B, 1, dtype=torch.long)
    for b, row in enumerate(rows):
        n = len(row.ids)
        ids[b, :n] = torch.tensor(row.ids)
        positions[b, :n] = torch.tensor(row.positions)
        segments[b, :n] = torch.tensor(row.segments)
        weights[b, :n] = torch.tensor(row.weights)
        parents[b] = row.segments.count(0)
    same = segments[:, :, None] == segments[:, None, :]
    mask = (same | (segments == 0)[:, None, :]) & torch.ones(T, T, dtype=torch.bool).tril()
    mask |= torch.eye(T, dtype=torch.bool)
    # the token at position p follows the one at p - 1: in its segment, or at the parent's end
    here = torch.arange(T).expand(B, T)
    offset = torch.where(segments > 0, positions - parents, positions)
    before = []
    for step in (1, 2):
        parent_end = torch.where(segments > 0, parents + offset - step, -1)
        before.append(torch.where(offset >= step, here - step, parent_end))
    following = segments[:, 1:] == segments[:, :-1]
    targets = torch.zeros_like(ids)
    targets[:, :-1] = ids[:, 1:]
    loss = torch.zeros(B, T)
    loss[:, :-1] = weights[:, 1:] * following
    return Batch(ids, positions, mask, (before[0], before[1]), targets, loss,
                 sum(len(r.ids) for r in rows), sum(r.edits for r in rows))


def batches(rng: Random, rows: list[Packed], tokens: int) -> Iterator[list[Packed]]:
    """Yield batches of rows of similar length for ever, at most ``tokens`` padded tokens each."""
    while True:
        order = list(range(len(rows)))
        rng.shuffle(order)
        made = []
        for start in range(0, len(order), 128):
            chunk = sorted(order[start : start + 128], key=lambda i: len(rows[i].ids))
            batch: list[int] = []
            for i in chunk:
                if batch and len(rows[i].ids) * (len(batch) + 1) > tokens:
                    made.append(batch)
                    batch = []
                batch.append(i)
            made.append(batch)
        rng.shuffle(made)
        for batch in made:
            yield [rows[i] for i in batch]


def pack_all(tokenizer, examples: Iterable[Example]) -> list[Packed]:
    """Return every example that fits, packed."""
    return [row for row in (pack(tokenizer, e) for e in examples) if row]
