"""Attention in one packed row: each token sees the parent and its own segment, and no more is done.

A mask over the whole row would have every segment multiplied with all the others: in rows of nine
edits that was a third of a training step. T tokens, P of them the parent's, E in S segments of at
most L, H heads of size D.
"""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import AttentionInterface

NAME = "packed"  # attn_implementation of a model that is asked with ``layout=``


@dataclass(frozen=True)
class Layout:
    """Where the parent ends and how long each segment behind it is."""

    parent: int  # P
    lengths: list[int]  # of the segments
    is_later: Tensor  # (L, L) True where a token of a segment may not look

    @classmethod
    def of(cls, segments: list[int]) -> "Layout":
        """Lay out a row by its tokens' segment numbers, 0 is the parent; they ascend."""
        parent, *lengths = torch.tensor(segments).bincount().tolist()
        L = max(lengths)
        return cls(parent, lengths, torch.ones(L, L, dtype=torch.bool).triu(1))

    def apart(self, x: Tensor) -> Tensor:
        """Return the segments of (H, E, D) as (H, S, L, D), the shorter ones filled with zeros."""
        L = len(self.is_later)
        return torch.stack(
            [F.pad(s, (0, 0, 0, L - s.shape[1])) for s in x.split(self.lengths, 1)], 1
        )

    def joined(self, x: Tensor) -> Tensor:
        """Return (H, S, L, D) as (H, E, D)."""
        return torch.cat([s[:, :n] for s, n in zip(x.unbind(1), self.lengths, strict=True)], 1)


def attend(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: None,
    *,
    layout: Layout,
    scaling: float,
    **others: Any,
) -> tuple[Tensor, None]:
    """Return what each token finds (1, T, H, D).

    Args:
        query: (1, H, T, D)
        key, value: the same, or several heads of queries share one.
    """
    P, groups = layout.parent, query.shape[1] // key.shape[1]
    query, key, value = query[0] * scaling, key[0], value[0]
    key, value = key.repeat_interleave(groups, 0), value.repeat_interleave(groups, 0)
    read, k, v = (x[:, :P] for x in (query, key, value))
    seen = F.scaled_dot_product_attention(read[None], k[None], v[None], is_causal=True, scale=1.0)

    query, key, value = (x[:, P:] for x in (query, key, value))  # (H, E, D)
    own_query, own_key, own_value = (layout.apart(x) for x in (query, key, value))
    own = (own_query @ own_key.mT).masked_fill(layout.is_later, -torch.inf)  # (H, S, L, L)
    scores = torch.cat([query @ k.mT, layout.joined(own)], -1)  # (H, E, P + L)
    of_parent, of_own = scores.float().softmax(-1).to(v.dtype).split([P, len(layout.is_later)], -1)
    found = of_parent @ v + layout.joined(layout.apart(of_own) @ own_value)
    return torch.cat([seen[0], found], 1).transpose(0, 1)[None], None


AttentionInterface.register(NAME, attend)
