"""A writer of GGUF files (version 3): what our models need of it, and Q8_0.

The layout is header, keys and values, tensor directory, padding, tensors; all little-endian, tensors
at multiples of 32 bytes, dimensions innermost first.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ALIGN = 32
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
TENSOR_TYPES = {"f32": 0, "f16": 1, "q8_0": 8}
FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7}  # general.file_type
BLOCK = 32  # of q8_0


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _value(kind: int, value: Any) -> bytes:
    if kind == STRING:
        return _text(value)
    return struct.pack({U32: "<I", I32: "<i", F32: "<f", BOOL: "<?"}[kind], value)


def q8_0(matrix: np.ndarray) -> bytes:
    """Blocks of 32: a half-precision scale and as many signed bytes."""
    blocks = matrix.astype(np.float32).reshape(-1, BLOCK)
    scale = np.abs(blocks).max(1, keepdims=True) / 127
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    scaled = blocks * inverse
    rounded = np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int8)  # halves away from 0, as ggml
    out = np.empty((len(blocks), 2 + BLOCK), np.uint8)
    out[:, :2] = scale.astype(np.float16).view(np.uint8)
    out[:, 2:] = rounded.view(np.uint8)
    return out.tobytes()


@dataclass
class Writer:
    architecture: str
    form: str  # of the matrices: f32, f16, q8_0; everything else is F32
    _keys: list[bytes] = field(default_factory=list)
    _tensors: list[tuple[str, tuple[int, ...], str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.put("general.architecture", STRING, self.architecture)
        self.put("general.file_type", U32, FILE_TYPES[self.form])

    def put(self, key: str, kind: int, value: Any) -> None:
        self._keys.append(_text(key) + struct.pack("<I", kind) + _value(kind, value))

    def own(self, key: str, kind: int, value: Any) -> None:
        """A key of the architecture."""
        self.put(f"{self.architecture}.{key}", kind, value)

    def put_list(self, key: str, kind: int, values: list[Any]) -> None:
        body = b"".join(_value(kind, value) for value in values)
        self._keys.append(_text(key) + struct.pack("<IIQ", ARRAY, kind, len(values)) + body)

    def tensor(self, name: str, data: np.ndarray) -> None:
        form = self.form if data.ndim == 2 else "f32"
        if form == "q8_0":
            if data.shape[1] % BLOCK:
                raise ValueError(f"{name}: rows of {data.shape[1]} are no multiple of {BLOCK}")
            raw = q8_0(data)
        else:
            raw = np.ascontiguousarray(data, {"f32": np.float32, "f16": np.float16}[form]).tobytes()
        self._tensors.append((name, data.shape[::-1], form, raw))

    def write(self, path: Path) -> None:
        head = b"GGUF" + struct.pack("<IQQ", 3, len(self._tensors), len(self._keys))
        head += b"".join(self._keys)
        offset = 0
        for name, dimensions, form, raw in self._tensors:
            head += _text(name) + struct.pack("<I", len(dimensions))
            head += struct.pack(f"<{len(dimensions)}Q", *dimensions)
            head += struct.pack("<IQ", TENSOR_TYPES[form], offset)
            offset += -(-len(raw) // ALIGN) * ALIGN
        with open(path, "wb") as file:
            for data in (head, *(raw for *_, raw in self._tensors)):
                file.write(data + bytes(-len(data) % ALIGN))
