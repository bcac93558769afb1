"""Three functions whose derivatives are written out: fewer passes over memory than autograd's."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


class RmsNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
        norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        scale = norm.pow_(2).div_(x.shape[-1]).add_(epsilon).rsqrt_()
        ctx.save_for_backward(x, weight, scale)
        return (x * scale).mul_(weight)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight, scale = ctx.saved_tensors
        unit = x * scale
        to_weight = (grad * unit).reshape(-1, x.shape[-1]).sum(0)
        to_unit = grad * weight
        mean = (to_unit * unit).mean(-1, keepdim=True)
        return to_unit.addcmul_(unit, mean, value=-1).mul_(scale), to_weight, None


class Rotary(torch.autograd.Function):
    """The first half of a head turns against the second ("neox"); backwards is the other way."""

    @staticmethod
    def turn(x: Tensor, cos: Tensor, sin: Tensor, sign: float) -> Tensor:
        half = x.shape[-1] // 2
        first, second = x[..., :half], x[..., half:]
        out = torch.empty(x.shape, dtype=x.dtype)
        torch.mul(first, cos, out=out[..., :half]).addcmul_(second, sin, value=-sign)
        torch.mul(second, cos, out=out[..., half:]).addcmul_(first, sin, value=sign)
        return out

    @staticmethod
    def forward(ctx: Any, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        ctx.save_for_backward(cos, sin)
        return Rotary.turn(x, cos, sin, 1.0)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        return Rotary.turn(grad, *ctx.saved_tensors, -1.0), None, None


class SwiGlu(torch.autograd.Function):
    """silu(gate) * up of [gate, up]."""

    @staticmethod
    def forward(ctx: Any, both: Tensor) -> Tensor:
        ctx.save_for_backward(both)
        gate, up = both.chunk(2, -1)
        return F.silu(gate).mul_(up)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (both,) = ctx.saved_tensors
        gate, up = both.chunk(2, -1)
        half = both.shape[-1] // 2
        out = torch.empty_like(both)
        torch.mul(grad, F.silu(gate), out=out[..., half:])
        out[..., :half] = torch.ops.aten.silu_backward(torch.mul(grad, up), gate)
        return out
