"""Run the network token by token: parents once each, their answers as one batch.

A *context* is a parent with a message, computed once and shared by the rows that answer it. Each
row keeps keys and values of its own answer only; rows that are done leave the batch.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from workers.mutation.backends.diff_lm_model import DiffModel, rotate

Cache = list[tuple[Tensor, Tensor]]  # per layer: (keys, values), or (last, last but one) of a conv


@dataclass
class Context:
    """Keys and values of a parent and message, per layer; convolutions keep their last two inputs."""

    layers: Cache
    length: int
    logits: Tensor  # (vocabulary,) of the first answer token


def read(model: DiffModel, ids: list[int], before: Context | None = None) -> Context:
    """Return the context after ``ids``, which follow ``before``."""
    T, start = len(ids), before.length if before else 0  # time
    x = model.embed(torch.tensor([ids]))
    cos, sin = model.rope(torch.arange(start, start + T)[None])
    mask = torch.ones(T, start + T, dtype=torch.bool).tril(start)
    layers: Cache = []
    for n, block in enumerate(model.blocks):
        h = block.norm1(x)
        old = before.layers[n] if before else None
        if block.is_conv:
            c, bx = block.mix.gates(h)
            past = torch.stack(old, 1) if old else bx.new_zeros(1, 2, bx.shape[-1])
            line = torch.cat((past, bx), 1)
            taps = block.mix.taps
            y = line[:, :-2] * taps[0] + line[:, 1:-1] * taps[1] + line[:, 2:] * taps[2]
            x = x + block.mix.out(c * y)
            layers.append((line[:, -2], line[:, -1]))
        else:
            q, k, v = block.mix.project(h, cos, sin)
            if old:
                k, v = torch.cat((old[0], k), 2), torch.cat((old[1], v), 2)
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            x = x + block.mix.out(y.transpose(1, 2).flatten(2))
            layers.append((k, v))
        x = block.feed(x)
    return Context(layers, start + T, model.logits(model.norm(x[:, -1]))[0])


class Decoder:
    """The rows of one batch. ``step`` feeds one token to each and returns the next logits."""

    def __init__(self, model: DiffModel, contexts: list[Context], counts: list[int], longest: int):
        self.model, self.contexts = model, contexts
        self.of = [g for g, n in enumerate(counts) for _ in range(n)]  # context of each row, ascending
        R = len(self.of)  # rows
        size = model.config.hidden // model.config.heads
        heads = model.config.heads
        self.lengths = torch.tensor([contexts[g].length for g in self.of])
        self.used = torch.zeros(R, longest, dtype=torch.bool)  # columns that a row looks at
        self.column = 0
        self.layers: Cache = []
        for n, block in enumerate(model.blocks):
            if block.is_conv:
                rows = [[contexts[g].layers[n][k][0] for g in self.of] for k in (0, 1)]
                self.layers.append((torch.stack(rows[0]), torch.stack(rows[1])))
            else:
                self.layers.append((torch.zeros(R, heads, longest, size), torch.zeros(R, heads, longest, size)))

    def step(self, tokens: list[int]) -> Tensor:
        """Feed (R,) tokens; return (R, vocabulary) logits."""
        model, at = self.model, self.column
        self.used[:, at] = True
        positions = self.lengths + self.used.sum(1) - 1
        cos, sin = model.rope(positions[:, None])
        x = model.embed(torch.tensor(tokens))[:, None]
        hidden_columns = torch.where(self.used[:, : at + 1], 0.0, float("-inf"))[:, None, None]
        for n, block in enumerate(model.blocks):
            h = block.norm1(x)
            if block.is_conv:
                c, bx = block.mix.gates(h)
                two, one = self.layers[n]
                taps, new = block.mix.taps, bx[:, 0]
                x = x + block.mix.out(c * (two * taps[0] + one * taps[1] + new * taps[2])[:, None])
                self.layers[n] = (one, new)
            else:
                q, k, v = block.mix.project(h, cos, sin)
                keys, values = self.layers[n]
                keys[:, :, at], values[:, :, at] = k[:, :, 0], v[:, :, 0]
                x = x + block.mix.out(self._attend(n, q, at, hidden_columns))
            x = block.feed(x)
        self.column += 1
        return model.logits(model.norm(x[:, 0]))

    def _attend(self, n: int, q: Tensor, at: int, hidden_columns: Tensor) -> Tensor:
        """Return (R, 1, hidden): attention to the shared context and to the row's own answer."""
        keys, values = self.layers[n]
        scale = q.shape[-1] ** -0.5
        own = (q @ keys[:, :, : at + 1].mT) * scale + hidden_columns  # (R, H, 1, at + 1)
        out = torch.empty(q.shape[0], q.shape[1], q.shape[-1])
        start = 0
        while start < len(self.of):
            g = self.of[start]
            stop = start + self.of[start:].count(g)
            shared_k, shared_v = self.contexts[g].layers[n]
            queries = q[start:stop, :, 0].transpose(0, 1)  # (H, rows, size)
            shared = (queries @ shared_k[0].mT) * scale  # (H, rows, P)
            both = torch.cat((shared, own[start:stop, :, 0].transpose(0, 1)), -1).softmax(-1)
            p = shared.shape[-1]
            mixed = both[..., :p] @ shared_v[0]
            mixed = mixed + (both[..., None, p:] @ values[start:stop, :, : at + 1].transpose(0, 1))[..., 0, :]
            out[start:stop] = mixed.transpose(0, 1)
            start = stop
        return out.flatten(1)[:, None]

    def remember(self, row: int) -> tuple:
        """Return the state of one row, for ``rewind``."""
        convs = [(a[row].clone(), b[row].clone()) for (a, b), block in
                 zip(self.layers, self.model.blocks, strict=True) if block.is_conv]
        return self.used[row].clone(), convs

    def rewind(self, row: int, state: tuple) -> None:
        """Take a row back to a remembered state; its later columns are looked at no more."""
        used, convs = state
        self.used[row] = used
        todo = iter(convs)
        for (a, b), block in zip(self.layers, self.model.blocks, strict=True):
            if block.is_conv:
                a[row], b[row] = next(todo)

    def keep(self, rows: list[int]) -> None:
        """Drop all other rows."""
        index = torch.tensor(rows)
        self.of = [self.of[r] for r in rows]
        self.lengths, self.used = self.lengths[index], self.used[index]
        self.layers = [(a[index], b[index]) for a, b in self.layers]


__all__ = ["Context", "Decoder", "read", "rotate"]
