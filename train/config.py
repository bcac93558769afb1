"""The recipe: train/config.toml as typed values, so that a wrong key fails before an hour is spent."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Corpus:
    scenarios: list[str]
    turns: int
    seeds: int
    held_every: int
    shuffle_tempers_ppm: int


@dataclass(frozen=True)
class Training:
    seed: int
    threads: int
    batch_tokens: int
    micro_tokens: int
    warm_steps: int
    hold_ppm: int
    muon_rate: float
    muon_momentum: float
    muon_decay: float
    adam_rate: float
    adam_betas: list[float]
    clip: float
    print_steps: int
    save_steps: int


@dataclass(frozen=True)
class Shape:
    """One model. `arch` is a family; "mistral" is GGUF's "llama" with a head size of its own."""

    arch: str
    width: int
    layers: int
    heads: int
    kv_heads: int
    head: int
    hidden: int
    tied: bool
    epsilon: float
    steps: int
    left_out: int  # runs whose seed is this modulo 5 are not trained on; -1: none is left out
    temper: str    # whose asks are drawn twice as often; "": nobody's


@dataclass(frozen=True)
class Evaluation:
    asks: int
    tokens_max: int
    z_milli: int


@dataclass(frozen=True)
class Config:
    corpus: Corpus
    merges_max: int
    weights: dict[str, int]
    train: Training
    context: int
    rope_base: float
    form: str  # of the matrices in a file that is shipped
    evaluate: Evaluation
    models: dict[str, Shape]


def _take(kind: Any, table: dict[str, Any], where: str) -> Any:
    names = {field.name for field in fields(kind)}
    if names != set(table):
        raise SystemExit(f"[{where}]: missing or unknown: {sorted(names ^ set(table))}")
    return kind(**table)


def load(path: Path) -> Config:
    with open(path, "rb") as file:
        text = tomllib.load(file)
    return Config(
        corpus=_take(Corpus, text["corpus"], "corpus"),
        merges_max=text["tokenizer"]["merges_max"],
        weights=text["weights"],
        train=_take(Training, text["train"], "train"),
        context=text["export"]["context"],
        rope_base=text["export"]["rope_base"],
        form=text["export"]["form"],
        evaluate=_take(Evaluation, text["evaluate"], "evaluate"),
        models={name: _take(Shape, shape, "model." + name) for name, shape in text["model"].items()},
    )
