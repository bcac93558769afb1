"""Muon: momentum whose matrix is made orthogonal before it is applied (Jordan, 2024).

On hidden matrices it needs about half the steps of AdamW; embeddings, norms, biases and the head
stay with AdamW.
"""

from __future__ import annotations

import torch
from torch import Tensor


def orthogonal(matrix: Tensor) -> Tensor:
    """About U V' of the matrix U S V', by five Newton-Schulz steps."""
    x = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.t() if tall else x
    for _ in range(5):
        a = x @ x.t()
        b = torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315)
        x = torch.addmm(x, b, x, beta=3.4445)
    return x.t() if tall else x


class Muon:
    def __init__(self, parameters: list[torch.nn.Parameter], momentum: float, decay: float) -> None:
        self.parameters, self.momentum, self.decay = parameters, momentum, decay
        self.speed = [torch.zeros_like(p) for p in parameters]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        for p, speed in zip(self.parameters, self.speed):
            speed.mul_(self.momentum).add_(p.grad)
            push = orthogonal(p.grad.add(speed, alpha=self.momentum))
            p.mul_(1 - rate * self.decay)
            p.add_(push, alpha=-rate * max(1.0, p.shape[0] / p.shape[1]) ** 0.5)
            p.grad = None

    def state(self) -> list[Tensor]:
        return self.speed

    def load(self, state: list[Tensor]) -> None:
        for speed, saved in zip(self.speed, state):
            speed.copy_(saved)
