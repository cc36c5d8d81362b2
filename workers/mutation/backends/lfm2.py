"""The forward pass of LFM2 (short convolutions and attention), for writing many answers at once.

The weights are those of ``transformers.Lfm2ForCausalLM``, which trains them and which a test
compares the logits with. It is written out here because of what ``transformers.generate`` cannot
do: rows of one prompt attend to its keys together, rows leave and join at any step, and a row is
taken back by shortening it. What tokens remember of each other is a ``Memory``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F


class Memory(Protocol):
    """What N tokens see of the tokens before them; ``number`` counts layers of a kind from 0."""

    positions: Tensor  # (N,)

    def recall(self, number: int, new: Tensor) -> Tensor:
        """Keep a convolution's inputs ``new`` (N, C); return those of its window (N, W, C)."""
        ...

    def attend(self, number: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Keep ``k`` and ``v``; return what ``q`` finds. All are (N, heads, head size)."""
        ...


@dataclass(frozen=True)
class Prefix:
    """A prompt that was read: all that its continuations need of it."""

    length: int
    keys: list[Tensor]  # of each attention layer (heads, length, head size)
    values: list[Tensor]
    tails: list[Tensor]  # of each convolution the last inputs (window - 1, C)
    logits: Tensor  # (vocabulary,) of the next token


@dataclass(frozen=True)
class Layer:
    is_convolution: bool  # or attention
    number: int  # among the layers of its kind
    norm: Tensor
    into: Tensor  # makes the three parts of a convolution, or queries, keys and values
    mixer: Tensor  # taps (window, C), or norms (2, 1, head size) of queries, scaled, and of keys
    out: Tensor
    feed_norm: Tensor
    feed_into: Tensor
    feed_out: Tensor


class Network:
    """Weights laid out for speed.

    Args:
        config: as in ``config.json`` of ``Lfm2ForCausalLM``.
        weights: its state, by name.
        dtype: of matrix products and what feeds them; sums, norms and attention are in float32.

    Raises:
        ValueError: another kind of network, or weights that do not belong to ``config``.
    """

    def __init__(self, config: Mapping, weights: Mapping[str, Tensor], dtype: torch.dtype):
        if config.get("model_type") != "lfm2" or config.get("conv_bias"):
            kind = f"{config.get('model_type')!r}, conv_bias={config.get('conv_bias')}"
            raise ValueError(f"expected a network 'lfm2' without bias, got {kind}")
        self.dtype = dtype
        self.heads = config["num_attention_heads"]
        self.head_size = config["hidden_size"] // self.heads
        self.width = config["hidden_size"]
        self.window = config["conv_L_cache"]
        self.eps = config["norm_eps"]
        self.shared = self.heads // config["num_key_value_heads"]  # heads that share a key
        try:
            self.layers = self._layers(config["layer_types"], weights)
            self.embedding = weights["model.embed_tokens.weight"].float()
            self.vocabulary = len(self.embedding)
            self.last_norm = weights["model.embedding_norm.weight"].float()
            self.head = self._packed(weights.get("lm_head.weight", self.embedding))
        except KeyError as error:
            raise ValueError(f"the weights lack {error}") from error
        self.convolutions = config["layer_types"].count("conv")
        self.attentions = len(self.layers) - self.convolutions
        self.cos, self.sin = _rotations(
            config["max_position_embeddings"],
            self.head_size,
            config["rope_parameters"]["rope_theta"],
        )

    def _layers(self, kinds: list[str], weights: Mapping[str, Tensor]) -> list[Layer]:
        counts = {"conv": 0, "full_attention": 0}
        layers = []
        for n, kind in enumerate(kinds):

            def get(name: str, n: int = n) -> Tensor:
                return weights[f"model.layers.{n}.{name}.weight"].float()

            if kind == "conv":
                into, out = get("conv.in_proj"), get("conv.out_proj")
                mixer = get("conv.conv").squeeze(1).t().contiguous()
            else:
                parts = [self._per_head(get(f"self_attn.{c}_proj")) for c in "qkv"]
                into, out = torch.cat(parts), get("self_attn.out_proj")
                of_query, of_key = (get(f"self_attn.{c}_layernorm") for c in "qk")
                mixer = torch.stack((of_query * self.head_size**-0.5, of_key))[:, None]
            layers.append(
                Layer(
                    kind == "conv",
                    counts[kind],
                    get("operator_norm"),
                    self._packed(into),
                    mixer,
                    self._packed(out),
                    get("ffn_norm"),
                    self._packed(torch.cat((get("feed_forward.w1"), get("feed_forward.w3")))),
                    self._packed(get("feed_forward.w2")),
                )
            )
            counts[kind] += 1
        return layers

    def _per_head(self, weight: Tensor) -> Tensor:
        """Return a projection with keys that several heads share repeated for each of them."""
        if len(weight) == self.width:
            return weight
        split = weight.view(-1, self.head_size, self.width)
        return split.repeat_interleave(self.shared, 0).reshape(-1, self.width)

    def states(self, ids: Tensor, memory: Memory) -> Tensor:
        """Return the last layer's states (N, C) of tokens ``ids`` (N,), which ``memory`` keeps."""
        x = self.embedding[ids]
        cos, sin = (t[memory.positions][:, None, None] for t in (self.cos, self.sin))
        for layer in self.layers:
            mixed = self._linear(self._norm(x) * layer.norm, layer.into).float()
            if layer.is_convolution:
                before, after, value = mixed.chunk(3, -1)
                mixed = after * (memory.recall(layer.number, before * value) * layer.mixer).sum(1)
            else:
                qkv = mixed.view(len(ids), 3, self.heads, self.head_size)
                qk = self._norm(qkv[:, :2]) * layer.mixer
                qk = qk * cos + qk.roll(self.head_size // 2, -1) * sin
                found = memory.attend(layer.number, qk[:, 0], qk[:, 1], qkv[:, 2])
                mixed = found.reshape(len(ids), self.width)
            x = x + self._linear(mixed, layer.out)
            gate, up = self._linear(self._norm(x) * layer.feed_norm, layer.feed_into).chunk(2, -1)
            x = x + self._linear(F.silu(gate) * up, layer.feed_out)
        return x

    def logits(self, states: Tensor) -> Tensor:
        """Return what ``states`` (N, C) say of the next token (N, vocabulary)."""
        return self._linear(self._norm(states) * self.last_norm, self.head).float()

    def read(self, ids: list[int], after: Prefix | None = None) -> Prefix:
        """Return ``ids``, one or more, read after a prefix or from the start."""
        memory = _Reading(self, len(ids), after)
        logits = self.logits(self.states(torch.tensor(ids), memory)[-1:])[0]
        return Prefix(memory.length, memory.keys, memory.values, memory.tails, logits)

    def _packed(self, weight: Tensor) -> Tensor:
        """Return a matrix in the layout of oneDNN, where torch has that.

        Half again as fast as ``F.linear`` for few rows, and each row's bits are the same however
        many rows there are.
        """
        weight = weight.to(self.dtype)
        if not torch.backends.mkldnn.is_available():
            return weight
        return torch.ops.mkldnn._reorder_linear_weight(weight)

    def _linear(self, x: Tensor, weight: Tensor) -> Tensor:
        x = x.to(self.dtype)
        if not weight.is_mkldnn:
            return F.linear(x, weight)
        return torch.ops.mkldnn._linear_pointwise(x, weight, None, "none", [], "")

    def _norm(self, x: Tensor) -> Tensor:
        """Return ``x`` over its root mean square."""
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps)


class _Reading:
    """Memory of one prompt whose tokens are read side by side."""

    def __init__(self, network: Network, count: int, after: Prefix | None):
        start = after.length if after else 0
        self.window, self.after, self.length = network.window, after, start + count
        self.positions = torch.arange(start, self.length)
        self.sees = torch.ones(count, self.length, dtype=torch.bool).tril(start)
        self.keys: list[Tensor] = []
        self.values: list[Tensor] = []
        self.tails: list[Tensor] = []

    def recall(self, number: int, new: Tensor) -> Tensor:
        before = (
            self.after.tails[number] if self.after else new.new_zeros(self.window - 1, new.shape[1])
        )
        known = torch.cat((before, new))
        self.tails.append(known[-(self.window - 1) :].clone())
        return known.unfold(0, self.window, 1).transpose(1, 2)

    def attend(self, number: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = (x.transpose(0, 1) for x in (q, k, v))
        if self.after:
            k = torch.cat((self.after.keys[number], k), 1)
            v = torch.cat((self.after.values[number], v), 1)
        self.keys.append(k.contiguous())
        self.values.append(v.contiguous())
        found = F.scaled_dot_product_attention(
            q[None], k[None], v[None], attn_mask=self.sees, scale=1.0
        )
        return found[0].transpose(0, 1)


def _rotations(positions: int, size: int, theta: float) -> tuple[Tensor, Tensor]:
    """Return cosines and signed sines (positions, size) of rotary position embedding.

    A head turns by ``x * cos + x.roll(size / 2) * sin``. Source: Su et al. 2021 (arXiv 2104.09864).
    """
    speeds = 1.0 / theta ** (torch.arange(0, size, 2).float() / size)
    angles = torch.arange(positions).float()[:, None] * speeds
    sin = angles.sin()
    return angles.cos().repeat(1, 2), torch.cat((-sin, sin), 1)
