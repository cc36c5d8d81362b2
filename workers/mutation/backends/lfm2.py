"""The forward pass of LFM2 (short convolutions and attention), for writing many answers at once.

The weights are those of ``transformers.Lfm2ForCausalLM``, which trains them and which a test
compares the logits with. It is written out here because of what ``transformers.generate`` cannot
do: rows of one prompt attend to its keys together, rows leave and join at any step, and a row is
taken back by shortening it. What tokens remember of each other is a ``Memory``.

Softmax and attention within a prompt are torch's, products are in ``lfm2_bytes``, all else is in
``lfm2_kernels``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from workers.mutation.backends.lfm2_bytes import pack, product_of_bytes, stored
from workers.mutation.backends.lfm2_kernels import add_and_norm, convolve, norm_and_turn, swiglu


class Memory(Protocol):
    """What N tokens see of the tokens before them; ``number`` counts layers of a kind from 0."""

    positions: np.ndarray  # (N,)
    row_of: np.ndarray  # (N,) which row a token belongs to
    at: np.ndarray  # (N,) its place among the row's tokens

    def inputs(self, number: int) -> np.ndarray:
        """Return a convolution's inputs (rows, window - 1 + longest, C), to be written to."""
        ...

    def attend(self, number: int, qkv: np.ndarray) -> np.ndarray:
        """Keep keys and values of ``qkv`` (N, 3, heads, head size).

        Return what queries find (N, C).
        """
        ...


@dataclass(frozen=True)
class Prefix:
    """A prompt that was read: all that its continuations need of it."""

    length: int
    keys: list[Tensor]  # of each attention layer (heads, length, head size)
    values: list[Tensor]
    tails: np.ndarray  # (convolutions, window - 1, C), their last inputs
    logits: Tensor  # (vocabulary,) of the next token


class Matrix:
    """Weights (J, K), kept in bytes, that rows of K numbers are multiplied with."""

    def __init__(self, weight: Tensor):
        self.outputs, self.inputs = weight.shape
        self.packed = pack(*stored(weight.float().contiguous().numpy()))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the product (N, J) with ``x`` (N, K)."""
        return product_of_bytes(x, *self.packed)[:, : self.outputs]


@dataclass(frozen=True)
class Layer:
    is_convolution: bool  # or attention
    number: int  # among the layers of its kind
    norm: np.ndarray
    into: Matrix  # makes the three parts of a convolution, or queries, keys and values
    mixer: np.ndarray  # taps (window, C), or norms (2, head size) of queries, scaled, and of keys
    out: Matrix
    feed_norm: np.ndarray
    feed_into: Matrix
    feed_out: Matrix


class Network:
    """Weights laid out for speed.

    Args:
        config: as in ``config.json`` of ``Lfm2ForCausalLM``.
        weights: its state, by name.

    Raises:
        ValueError: another kind of network, or weights that do not belong to ``config``.
    """

    def __init__(self, config: Mapping, weights: Mapping[str, Tensor]):
        if config.get("model_type") != "lfm2" or config.get("conv_bias"):
            kind = f"{config.get('model_type')!r}, conv_bias={config.get('conv_bias')}"
            raise ValueError(f"expected a network 'lfm2' without bias, got {kind}")
        self.heads = config["num_attention_heads"]
        self.head_size = config["hidden_size"] // self.heads
        self.width = config["hidden_size"]
        self.window = config["conv_L_cache"]
        self.eps = config["norm_eps"]
        self.shared = self.heads // config["num_key_value_heads"]  # heads that share a key
        try:
            self.layers = self._layers(config["layer_types"], weights)
            self.embedding = weights["model.embed_tokens.weight"].float().numpy()
            self.vocabulary = len(self.embedding)
            self.last_norm = weights["model.embedding_norm.weight"].float().numpy()
            tied = weights["model.embed_tokens.weight"]
            self.head = Matrix(weights.get("lm_head.weight", tied))
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
                mixer = torch.stack((of_query * self.head_size**-0.5, of_key))
            layers.append(
                Layer(
                    kind == "conv",
                    counts[kind],
                    get("operator_norm").numpy(),
                    Matrix(into),
                    mixer.numpy(),
                    Matrix(out),
                    get("ffn_norm").numpy(),
                    Matrix(torch.cat((get("feed_forward.w1"), get("feed_forward.w3")))),
                    Matrix(get("feed_forward.w2")),
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

    def states(self, ids: list[int], memory: Memory) -> np.ndarray:
        """Return the last layer's normed states (N, C) of tokens ``ids`` (N,).

        ``memory`` keeps what later tokens will ask for.
        """
        count = len(ids)
        x = np.zeros((count, self.width), np.float32)
        normed, found = np.empty_like(x), np.empty_like(x)
        gated = np.empty((count, self.layers[0].feed_out.inputs), np.float32)
        more = self.embedding[ids]
        for layer in self.layers:
            add_and_norm(x, more, layer.norm, self.eps, normed)
            mixed = layer.into(normed)
            if layer.is_convolution:
                places = memory.inputs(layer.number), memory.row_of, memory.at
                convolve(mixed, layer.mixer, *places, found)
            else:
                qkv = mixed.reshape(count, 3, self.heads, self.head_size)
                turns = self.cos, self.sin, memory.positions
                norm_and_turn(qkv, layer.mixer, self.eps, *turns)
                found = memory.attend(layer.number, qkv)
            add_and_norm(x, layer.out(found), layer.feed_norm, self.eps, normed)
            swiglu(layer.feed_into(normed), gated)
            more = layer.feed_out(gated)
        add_and_norm(x, more, self.last_norm, self.eps, normed)
        return normed

    def logits(self, states: np.ndarray) -> Tensor:
        """Return what ``states`` (N, C) say of the next token (N, vocabulary)."""
        return torch.from_numpy(self.head(states))

    def read(self, ids: list[int], after: Prefix | None = None) -> Prefix:
        """Return ``ids``, one or more, read after a prefix or from the start."""
        memory = _Reading(self, len(ids), after)
        logits = self.logits(self.states(ids, memory)[-1:])[0]
        return Prefix(memory.length, memory.keys, memory.values, memory.tails, logits)


class _Reading:
    """Memory of one prompt whose tokens are read side by side."""

    def __init__(self, network: Network, count: int, after: Prefix | None):
        start, tail = after.length if after else 0, network.window - 1
        self.after, self.length = after, start + count
        self.at = np.arange(count)
        self.row_of = np.zeros(count, np.int64)
        self.positions = start + self.at
        everything = torch.ones(count, self.length, dtype=torch.bool)
        self.sees = everything.tril(start) if after else None
        inputs = (network.convolutions, 1, tail + count, network.width)
        self._inputs = np.zeros(inputs, np.float32)
        if after:
            self._inputs[:, 0, :tail] = after.tails
        self.keys: list[Tensor] = []
        self.values: list[Tensor] = []

    @property
    def tails(self) -> np.ndarray:
        """Of each convolution, its inputs for the tokens that follow."""
        return self._inputs[:, 0, len(self.at) :].copy()

    def inputs(self, number: int) -> np.ndarray:
        return self._inputs[number]

    def attend(self, number: int, qkv: np.ndarray) -> np.ndarray:
        q, k, v = torch.from_numpy(qkv).permute(1, 2, 0, 3)
        if self.after:
            k = torch.cat((self.after.keys[number], k), 1)
            v = torch.cat((self.after.values[number], v), 1)
        self.keys.append(k.contiguous())
        self.values.append(v.contiguous())
        found = F.scaled_dot_product_attention(
            q[None], k[None], v[None], self.sees, is_causal=self.sees is None, scale=1.0
        )
        return found[0].transpose(0, 1).flatten(1).numpy()


def _rotations(positions: int, size: int, theta: float) -> tuple[np.ndarray, np.ndarray]:
    """Return cosines and signed sines (positions, size) of rotary position embedding.

    A head turns by ``x * cos + x.roll(size / 2) * sin``. Source: Su et al. 2021 (arXiv 2104.09864).
    """
    speeds = 1.0 / theta ** (torch.arange(0, size, 2).float() / size)
    angles = torch.arange(positions).float()[:, None] * speeds
    sin = angles.sin()
    return angles.cos().repeat(1, 2).numpy(), torch.cat((-sin, sin), 1).numpy()
