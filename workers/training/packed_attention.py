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
    """Where the parent ends and which tokens behind it belong together."""

    parent: int  # P
    places: Tensor  # (S, L) of each segment's tokens, counted from P; 0 where it is shorter
    is_token: Tensor  # (S, L) False where it is shorter

    @classmethod
    def of(cls, segments: list[int]) -> "Layout":
        """Lay out a row by its tokens' segment numbers, 0 is the parent; they ascend."""
        parent, lengths = segments.count(0), torch.tensor(segments).bincount()[1:]
        steps = torch.arange(int(lengths.max()))
        is_token = steps < lengths[:, None]
        starts = lengths.cumsum(0) - lengths
        return cls(parent, (starts[:, None] + steps) * is_token, is_token)


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
    P, L = layout.parent, layout.places.shape[1]
    groups = query.shape[1] // key.shape[1]
    query, key, value = query[0] * scaling, key[0], value[0]
    key, value = key.repeat_interleave(groups, 0), value.repeat_interleave(groups, 0)
    read, k, v = (x[:, :P] for x in (query, key, value))
    seen = F.scaled_dot_product_attention(read[None], k[None], v[None], is_causal=True, scale=1.0)

    query, key, value = (x[:, P:] for x in (query, key, value))  # (H, E, D)
    own_query, own_key, own_value = (x[:, layout.places] for x in (query, key, value))
    own = own_query @ own_key.mT  # (H, S, L, L)
    own = own.masked_fill(torch.ones(L, L, dtype=torch.bool).triu(1), -torch.inf)
    scores = torch.cat([query @ k.mT, own[:, layout.is_token]], -1)  # (H, E, P + L)
    weights = scores.float().softmax(-1).to(v.dtype)
    own_weights = weights[:, layout.places, P:]
    found = weights[..., :P] @ v + (own_weights @ own_value)[:, layout.is_token]
    return torch.cat([seen[0], found], 1).transpose(0, 1)[None], None


AttentionInterface.register(NAME, attend)
