"""Examples as token rows: one parent followed by several (message, answer) segments.

Six edits of one parent cost 665 tokens packed and 1,900 apart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor

from workers.mutation import prompt
from workers.mutation.lines import edits_between
from workers.training.corpus.generate import Example

PROMPT_WEIGHT = 0.15  # of the loss on parents: reading them teaches the language, answers matter
MAX_ANSWER = 260  # tokens
LEAD = 6  # tokens back that three convolutions over three tokens, one upon another, reach


@dataclass(frozen=True)
class Packed:
    """One row: ids, positions, segment numbers (0 = the parent) and loss weights.

    A segment begins with a copy of the parent's last tokens (``is_lead``), which only the
    convolutions see: so they hand the segment what they would hand it right behind the parent,
    and a packed row teaches exactly what its segments would one by one.
    """

    ids: list[int]
    positions: list[int]
    segments: list[int]
    weights: list[float]
    is_lead: list[bool]

    @property
    def edits(self) -> int:
        return self.segments[-1]

    def append(self, question: list[int], answer: list[int]) -> None:
        """Add a segment."""
        start = self.segments.count(0)
        lead = self.ids[max(0, start - LEAD) : start]
        n = len(question) + len(answer)
        self.ids.extend(lead + question + answer)
        self.positions.extend(range(start - len(lead), start + n))
        self.segments.extend([self.edits + 1] * (len(lead) + n))
        self.weights.extend([0.0] * (len(lead) + len(question)) + [1.0] * len(answer))
        self.is_lead.extend([True] * len(lead) + [False] * n)


def pack(tokenizer: Tokenizer, example: Example) -> Packed | None:
    """Return ``example`` as a row, None when nothing of it fits the model."""
    lines = prompt.split_source(example.parent)
    try:
        ids = prompt.encode_parent(tokenizer, lines)
    except prompt.TooLong:
        return None
    n = len(ids)
    row = Packed(ids, list(range(n)), [0] * n, [PROMPT_WEIGHT] * n, [False] * n)
    for message, child in example.edits:
        edits = edits_between(lines, prompt.split_source(child))
        answer = prompt.encode_edits(tokenizer, edits)
        if edits and len(answer) <= MAX_ANSWER:
            row.append(prompt.encode_message(tokenizer, message), answer)
    return row if row.edits else None


@dataclass(frozen=True)
class Batch:
    """Packed rows as tensors."""

    ids: Tensor  # (B, T)
    positions: Tensor  # (B, T)
    mask: Tensor  # (B, 1, T, T) True where a token may look
    targets: Tensor  # (B, T) the next token of the same segment
    weights: Tensor  # (B, T) loss weight of predicting it, 0 where there is none
    tokens: int
    edits: int

    @property
    def is_answer(self) -> Tensor:
        """(B, T) True where an answer's token is predicted, False in parents and padding."""
        return (self.weights > 0) & (self.weights != torch.tensor(PROMPT_WEIGHT))


def collate(rows: list[Packed]) -> Batch:
    """Return rows as one batch."""
    B, T = len(rows), max(len(r.ids) for r in rows)  # batch, time
    ids = torch.zeros(B, T, dtype=torch.long)
    positions = torch.zeros(B, T, dtype=torch.long)
    segments = torch.full((B, T), -1)
    weights = torch.zeros(B, T)
    is_lead = torch.zeros(B, T, dtype=torch.bool)
    for b, row in enumerate(rows):
        n = len(row.ids)
        ids[b, :n] = torch.tensor(row.ids)
        positions[b, :n] = torch.tensor(row.positions)
        segments[b, :n] = torch.tensor(row.segments)
        weights[b, :n] = torch.tensor(row.weights)
        is_lead[b, :n] = torch.tensor(row.is_lead)
    following = (segments[:, 1:] == segments[:, :-1]) & ~is_lead[:, :-1]
    targets = torch.zeros_like(ids)
    targets[:, :-1] = ids[:, 1:]
    loss = torch.zeros(B, T)
    loss[:, :-1] = weights[:, 1:] * following
    return Batch(
        ids,
        positions,
        _mask(segments, positions, is_lead)[:, None],
        targets,
        loss,
        sum(len(r.ids) for r in rows),
        sum(r.edits for r in rows),
    )


def _mask(segments: Tensor, positions: Tensor, is_lead: Tensor) -> Tensor:
    """Return (B, T, T), True where token i may look at token j: its segment and the parent."""
    T = segments.shape[1]
    of_parent = (segments == 0)[:, None, :]
    same = segments[:, :, None] == segments[:, None, :]
    mask = (same | of_parent) & torch.ones(T, T, dtype=torch.bool).tril()
    mask &= ~is_lead[:, None, :]
    later = positions[:, None, :] >= positions[:, :, None]
    mask &= ~(is_lead[:, :, None] & of_parent & later)  # a copy sees what its original saw
    return mask | torch.eye(T, dtype=torch.bool)


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


def pack_all(tokenizer: Tokenizer, examples: Iterable[Example]) -> list[Packed]:
    """Return every example that fits, packed."""
    return [row for row in (pack(tokenizer, e) for e in examples) if row]
