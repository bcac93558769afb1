"""Trains one model: Muon and AdamW, loss on the answers alone, seeded, resumable.

    python3 train/train.py --model house-llama --corpus DIR --out DIR [--minutes N]

DIR/NAME.pt is written every so many steps and taken up if it is there; the step's examples and its
rate follow from the step's number, so a training in pieces is the training in one. With --minutes
it stops behind the step where the time is over, to be continued. DIR/NAME.level.pt is how it stood
before the rate went down: rename it to NAME.pt, raise `steps`, and a longer training starts there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path

import torch
import torch.nn.functional as F

import config
import data
from model import FORM, Model
from muon import Muon
from tokenizer import Tokenizer


def rate_at(step: int, steps: int, recipe: config.Training) -> float:
    """Of the full rate: up, level, then linearly down to nothing."""
    hold = steps * recipe.hold_ppm // 1_000_000
    down = 1.0 if step < hold else (steps - step) / max(1, steps - hold)
    return min(1.0, (step + 1) / recipe.warm_steps) * max(down, 0.001)


class Trainer:
    def __init__(self, recipe: config.Config, name: str, corpus: Path) -> None:
        self.recipe, self.name, self.shape = recipe, name, recipe.models[name]
        self.tokenizer = Tokenizer.load(corpus / "tokenizer.json")
        torch.manual_seed(recipe.train.seed)
        self.model = Model(self.shape, len(self.tokenizer.tokens), recipe.context, recipe.rope_base)
        t = recipe.train
        self.muon = Muon(self.model.hidden(), t.muon_momentum, t.muon_decay)
        self.adam = torch.optim.AdamW(self.model.others(), lr=t.adam_rate,
                                      betas=tuple(t.adam_betas), weight_decay=0.0)  # fmt: skip
        self.examples = data.read(corpus, "train", self.tokenizer).of(self.shape.left_out, self.shape.temper)
        self.source = {
            "corpus": json.loads((corpus / "corpus.json").read_text()),
            "form": FORM,
            "tokenizer_sha256": hashlib.sha256((corpus / "tokenizer.json").read_bytes()).hexdigest(),
        }
        self.step = 0
        self.cpu_seconds = 0.0
        self.tokens = 0
        self.seconds = 0.0

    def advance(self) -> float:
        """One step; the mean loss of an answer's token."""
        t = self.recipe.train
        chosen = data.drawn(self.examples, self.recipe.weights, t.seed, self.step, t.batch_tokens)
        count = sum(int(self.examples.start[at + 1] - self.examples.answer[at]) for at in chosen)
        total = 0.0
        for part in data.micro(self.examples, chosen, t.micro_tokens):
            ids, places, targets = data.batch(self.examples, part)
            loss = F.cross_entropy(self.model(ids, places), targets, reduction="sum") / count
            loss.backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(self.model.others(), t.clip)
        rate = rate_at(self.step, self.shape.steps, t)
        for group in self.adam.param_groups:
            group["lr"] = t.adam_rate * rate
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.muon.step(t.muon_rate * rate)
        self.step += 1
        self.tokens += sum(self.examples.length(at) for at in chosen)
        return total

    def save(self, path: Path) -> None:
        part = path.with_suffix(".part")
        torch.save({"shape": asdict(self.shape), "step": self.step, "tokens": self.tokens,
                    "seconds": self.seconds, "cpu_seconds": self.cpu_seconds,
                    "source": self.source, "model": self.model.state_dict(),
                    "muon": self.muon.state(), "adam": self.adam.state_dict()}, part)  # fmt: skip
        part.rename(path)

    def load(self, path: Path) -> None:
        held = torch.load(path)
        if held["shape"] != {**asdict(self.shape), "steps": held["shape"]["steps"]}:
            raise SystemExit(f"{path} has another shape than {self.name} of the configuration")
        if held["source"] != self.source:
            raise SystemExit(f"{path} was begun on another corpus, tokenizer or form of the model (model.py); take another --out")
        self.model.load_state_dict(held["model"])
        self.cpu_seconds = held["cpu_seconds"]
        self.muon.load(held["muon"])
        self.adam.load_state_dict(held["adam"])
        self.step, self.tokens, self.seconds = held["step"], held["tokens"], held["seconds"]

    def run(self, path: Path, seconds_max: float) -> None:
        t = self.recipe.train
        began, before, losses = time.monotonic(), self.seconds, []
        worked = time.process_time() - self.cpu_seconds
        first_tokens = self.tokens
        while self.step < self.shape.steps and time.monotonic() - began < seconds_max:
            losses.append(self.advance())
            self.seconds = before + time.monotonic() - began
            self.cpu_seconds = time.process_time() - worked
            if self.step % t.print_steps == 0:
                speed = (self.tokens - first_tokens) / (self.seconds - before)
                print(f"{self.name} step {self.step} of {self.shape.steps}  {self.seconds:.0f} s  "
                      f"loss {sum(losses) / len(losses):.4f}  {speed:.0f} tokens/s", flush=True)  # fmt: skip
                losses.clear()
            if self.step % t.save_steps == 0:
                self.save(path)
            if self.step == self.shape.steps * t.hold_ppm // 1_000_000:
                self.save(path.with_suffix(".level.pt"))
        self.save(path)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--config", type=Path, default=config.HERE / "config.toml")
    words.add_argument("--model", required=True)
    words.add_argument("--corpus", type=Path, required=True)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--minutes", type=float, default=float("inf"))
    args = words.parse_args()
    recipe = config.load(args.config)
    torch.set_num_threads(recipe.train.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(recipe, args.model, args.corpus)
    path = args.out / f"{args.model}.pt"
    if path.exists():
        trainer.load(path)
    print(f"{args.model}: {trainer.model.count() / 1e6:.3f} M parameters, from step {trainer.step}")
    trainer.run(path, args.minutes * 60)


if __name__ == "__main__":
    main()
