"""Muon: steps whose matrices are made orthogonal (Jordan 2024, kellerjordan.github.io/posts/muon).

``torch.optim.Muon`` is the same, but always in bfloat16: on a processor without it a step of the
bundled model took 10 s, three times as long as all the rest. Here the caller names the type.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

COEFFICIENTS = (3.4445, -4.775, 2.0315)  # of the quintic: its slope at zero is the greatest
ITERATIONS = 5
EPS = 1e-7


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalized, with decoupled weight decay; for matrices (A, B) only."""

    def __init__(
        self,
        matrices: Iterable[Tensor],
        rate: float,
        *,
        dtype: torch.dtype,
        momentum: float = 0.95,
        weight_decay: float = 0.05,
    ):
        self.dtype = dtype
        super().__init__(matrices, {"lr": rate, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                mean = state.setdefault("mean", torch.zeros_like(weight))
                mean.lerp_(weight.grad, 1 - group["momentum"])
                ahead = weight.grad.lerp(mean, group["momentum"])
                turned = orthogonal(ahead.to(self.dtype)).to(weight.dtype)
                rate = group["lr"] * math.sqrt(max(1.0, weight.size(0) / weight.size(1)))
                weight.mul_(1 - group["lr"] * group["weight_decay"]).add_(turned, alpha=-rate)


def orthogonal(matrix: Tensor) -> Tensor:
    """Return a matrix (A, B) with the same singular vectors and singular values of 0.7 to 1.2.

    Newton and Schulz's iteration; where it stops short of 1 is no loss for training.
    """
    a, b, c = COEFFICIENTS
    is_high = matrix.size(0) > matrix.size(1)
    x = matrix.T if is_high else matrix
    x = x / x.norm().clamp(min=EPS)
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if is_high else x
