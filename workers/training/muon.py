"""Muon: momentum whose steps are made orthogonal, for the matrices inside the network.

Source: Jordan et al. 2024 (Muon: an optimizer for hidden layers). Matrices of one shape are
stacked, and fused projections are split into their parts, so that a step is few large products.
"""

import torch
from torch import Tensor

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # Newton-Schulz polynomial of the paper


def orthogonal(matrices: Tensor, steps: int = 5) -> Tensor:
    """Return (N, rows, cols) matrices, rows <= cols, with singular values near 1."""
    a, b, c = _COEFFICIENTS
    x = matrices.bfloat16()
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        xx = x @ x.mT
        x = a * x + (b * xx + c * xx @ xx) @ x
    return x.float()


class Muon(torch.optim.Optimizer):
    """Nesterov momentum with orthogonal steps; ``parts`` tells how many matrices one holds."""

    def __init__(self, parameters: list[tuple[Tensor, int]], lr: float, momentum: float = 0.95,
                 weight_decay: float = 0.05):
        self.parts = {id(p): n for p, n in parameters}
        super().__init__([p for p, _ in parameters],
                         {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            by_shape: dict[tuple, list[tuple[Tensor, Tensor]]] = {}
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["momentum"] = torch.zeros_like(p)
                state["momentum"].lerp_(p.grad, 1 - group["momentum"])
                update = p.grad.lerp(state["momentum"], group["momentum"])
                for target, part in zip(p.chunk(self.parts[id(p)]), update.chunk(self.parts[id(p)]),
                                        strict=True):
                    wide = part if part.shape[0] <= part.shape[1] else part.T
                    by_shape.setdefault(tuple(wide.shape), []).append((target, part))
            for pairs in by_shape.values():
                stack = torch.stack([u if u.shape[0] <= u.shape[1] else u.T for _, u in pairs])
                for (target, part), new in zip(pairs, orthogonal(stack), strict=True):
                    rows, cols = part.shape
                    new = new if rows <= cols else new.T
                    target.mul_(1 - group["lr"] * group["weight_decay"])
                    target.add_(new, alpha=-group["lr"] * max(1, rows / cols) ** 0.5)
