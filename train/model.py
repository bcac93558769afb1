"""Five architectures as one block with differences, in the arithmetic of llama.cpp.

| arch    | differs by                                                                           |
|---------|--------------------------------------------------------------------------------------|
| llama   | –                                                                                    |
| mistral | a head size of its own (Nemo); GGUF calls it llama                                   |
| qwen2   | biases on queries, keys and values                                                   |
| phi3    | an output matrix of its own; fused matrices in the file                              |
| gemma2  | tanh-GELU, norms behind as well, soft caps                                           |

Embeddings are multiplied by the root of their width. With gemma2 llama.cpp does that; of the others the
file holds the product (export.py), so that their form is their own.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from config import Shape
from fused import RmsNorm, Rotary, SwiGlu

ATTENTION_CAP, LOGIT_CAP = 50.0, 30.0  # gemma2
FORM = 2  # of the function below: raised when the same weights come to mean something else


class Norm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return RmsNorm.apply(x, self.weight, self.epsilon)


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        s = self.shape = shape
        gemma = s.arch == "gemma2"
        self.before = Norm(s.width, s.epsilon)
        self.qkv = nn.Linear(s.width, (s.heads + 2 * s.kv_heads) * s.head, bias=s.arch == "qwen2")
        self.out = nn.Linear(s.heads * s.head, s.width, bias=False)
        self.between = Norm(s.width, s.epsilon)
        self.gate_up = nn.Linear(s.width, 2 * s.hidden, bias=False)
        self.down = nn.Linear(s.hidden, s.width, bias=False)
        self.behind_attention = Norm(s.width, s.epsilon) if gemma else nn.Identity()
        self.behind_forward = Norm(s.width, s.epsilon) if gemma else nn.Identity()

    def attend(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        s, (rows, length, _) = self.shape, x.shape
        all_heads = self.qkv(x).view(rows, length, s.heads + 2 * s.kv_heads, s.head).transpose(1, 2)
        q, k, v = all_heads.split((s.heads, s.kv_heads, s.kv_heads), 1)
        q, k = Rotary.apply(q, cos, sin), Rotary.apply(k, cos, sin)
        group = s.heads // s.kv_heads  # queries that share a key; none is copied
        q = q.reshape(rows, s.kv_heads, group * length, s.head) * s.head**-0.5
        score = torch.matmul(q, k.transpose(-1, -2))
        if s.arch == "gemma2":
            score = ATTENTION_CAP * torch.tanh(score / ATTENTION_CAP)
        score = score.view(rows, s.kv_heads, group, length, length) + mask
        weight = score.softmax(-1).view(rows, s.kv_heads, group * length, length)
        z = torch.matmul(weight, v).view(rows, s.heads, length, s.head)
        return self.out(z.transpose(1, 2).reshape(rows, length, s.heads * s.head))

    def feed(self, x: Tensor) -> Tensor:
        both = self.gate_up(x)
        if self.shape.arch != "gemma2":
            return self.down(SwiGlu.apply(both))
        gate, up = both.chunk(2, -1)
        return self.down(F.gelu(gate, approximate="tanh") * up)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        x = x + self.behind_attention(self.attend(self.before(x), cos, sin, mask))
        return x + self.behind_forward(self.feed(self.between(x)))


class Model(nn.Module):
    def __init__(self, shape: Shape, vocabulary: int, context: int, rope_base: float) -> None:
        super().__init__()
        if shape.arch in ("qwen2", "phi3") and shape.heads * shape.head != shape.width:
            raise ValueError(f"{shape.arch}: llama.cpp wants heads x head = width")
        if shape.arch == "gemma2" and not shape.tied:
            raise ValueError("gemma2: llama.cpp ties the output to the embedding")
        self.shape, self.context, self.rope_base = shape, context, rope_base
        self.embedding = nn.Embedding(vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.last = Norm(shape.width, shape.epsilon)
        self.head = None if shape.tied else nn.Linear(shape.width, vocabulary, bias=False)
        steps = torch.arange(0, shape.head, 2).double() / shape.head
        angles = torch.outer(torch.arange(context).double(), rope_base**-steps)
        self.register_buffer("cos", angles.cos().float(), persistent=False)
        self.register_buffer("sin", angles.sin().float(), persistent=False)
        mask = torch.full((context, context), -torch.inf).triu(1)
        self.register_buffer("mask", mask, persistent=False)
        self._draw()

    def _draw(self) -> None:
        """A token's own direction is long beside what a block adds, so that it can still be read
        behind the blocks; and each head gives back what it reads: copying is where the training starts."""
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                deep = 0.5 if name.endswith(("out.weight", "down.weight")) else 1.0
                std = deep / math.sqrt(weight.shape[1])
                nn.init.normal_(weight, std=0.7 * std if "embedding" in name else std)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)
        with torch.no_grad():
            if self.head is not None:
                self.head.weight.copy_(self.embedding.weight)
            for block in self.blocks:
                s = block.shape
                value = block.qkv.weight[(s.heads + s.kv_heads) * s.head :].view(s.kv_heads, s.head, -1)
                own = value.repeat_interleave(s.heads // s.kv_heads, 0).reshape(s.heads * s.head, -1)
                block.out.weight.copy_(0.5 * own.t())

    def forward(self, ids: Tensor, places: Tensor | None = None) -> Tensor:
        """Logits everywhere, or only at these places of the flattened ids."""
        length = ids.shape[1]
        x = self.embedding(ids) * math.sqrt(self.shape.width)
        for block in self.blocks:
            x = block(x, self.cos[:length], self.sin[:length], self.mask[:length, :length])
        if places is not None:
            x = x.view(-1, self.shape.width).index_select(0, places)
        x = self.last(x)
        logits = F.linear(x, self.embedding.weight) if self.head is None else self.head(x)
        if self.shape.arch == "gemma2":
            logits = LOGIT_CAP * torch.tanh(logits / LOGIT_CAP)
        return logits

    def hidden(self) -> list[nn.Parameter]:
        """The matrices between embedding and head: what Muon trains."""
        return [p for p in self.blocks.parameters() if p.dim() == 2]

    def others(self) -> list[nn.Parameter]:
        hidden = {id(p) for p in self.hidden()}
        return [p for p in self.parameters() if id(p) not in hidden]

    def count(self) -> int:
        return sum(p.numel() for p in self.parameters())
