"""Whether an exported file agrees with the trainer: text, tokens, logits.

    python3 train/check.py --model house-llama --corpus DIR --out DIR [--random] [--asks 20]

Exports the model in every form, has llama.cpp (train/logits.cpp) render, tokenize and think over
held-out prompts, and compares. 1 if the text or a token differs, or a logit in F32 by more than the
bound. With --random the weights are drawn instead, norms and biases too: that checks an architecture
before anything is trained.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch

import config
from chat import render
from evaluate import spread
from export import export, load
from model import Model
from tokenizer import Tokenizer

BOUND = {"gemma2": 5e-3}  # of F32; ggml keeps GELU in a table of half precision
BOUND_ELSE = 1e-3


def drawn(recipe: config.Config, name: str, corpus: Path) -> tuple[Model, Tokenizer]:
    """Weights that would show a norm, a bias or a head in the wrong place."""
    torch.manual_seed(1)
    tokenizer = Tokenizer.load(corpus / "tokenizer.json")
    model = Model(recipe.models[name], len(tokenizer.tokens), recipe.context, recipe.rope_base)
    for key, weight in model.named_parameters():
        if weight.dim() == 1:
            torch.nn.init.normal_(weight, 0.0 if "bias" in key else 1.0, 0.1)
        elif "embedding" in key:
            torch.nn.init.normal_(weight, std=0.3)
    return model.eval(), tokenizer


def held_out(corpus: Path, count: int) -> list[list[dict[str, str]]]:
    with open(corpus / "held.jsonl") as lines:
        return [ask["messages"] for ask in spread([json.loads(line) for line in lines], count)]


def thought(program: Path, path: Path, asks: list[list[dict[str, str]]]) -> list[dict[str, list]]:
    text = "".join(json.dumps({"messages": messages}) + "\n" for messages in asks)
    run = subprocess.run([program, path], input=text, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def compare(model: Model, tokenizer: Tokenizer, asks: list, told: list[dict]) -> tuple[int, float, int]:
    """(prompts whose text or tokens differ, greatest difference of a logit, same first choice)."""
    wrong, worst, same = 0, 0.0, 0
    for messages, there in zip(asks, told):
        ids = tokenizer.encode(render(messages))
        if there["text"] != render(messages) or there["tokens"] != ids:
            wrong += 1
            continue
        with torch.no_grad():
            ours = model(torch.tensor([ids]))[0, -1].numpy()
        theirs = np.array(there["logits"], np.float32)
        worst = max(worst, float(np.abs(ours - theirs).max()))
        same += int(ours.argmax() == theirs.argmax())
    return wrong, worst, same


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--config", type=Path, default=config.HERE / "config.toml")
    words.add_argument("--model", required=True)
    words.add_argument("--corpus", type=Path, required=True)
    words.add_argument("--out", type=Path)
    words.add_argument("--random", action="store_true")
    words.add_argument("--asks", type=int, default=20)
    words.add_argument("--logits", type=Path, default=config.HERE.parent / "build" / "train_logits")
    args = words.parse_args()
    if not args.random and args.out is None:
        words.error("--out DIR is missing: where the trained model is")
    recipe = config.load(args.config)
    torch.set_num_threads(1)
    model, tokenizer = (drawn(recipe, args.model, args.corpus) if args.random
                        else load(recipe, args.model, args.corpus, args.out)[:2])  # fmt: skip
    asks = held_out(args.corpus, args.asks)
    bound, fine = BOUND.get(model.shape.arch, BOUND_ELSE), True
    for form in ("f32", "f16", "q8_0"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.gguf"
            export(model, tokenizer, args.model, form, path)
            wrong, worst, same = compare(model, tokenizer, asks, thought(args.logits, path, asks))
        print(f"{args.model} {form}: {wrong} of {len(asks)} prompts differ in text or tokens, logits "
              f"by at most {worst:.2g}, same first choice {same} of {len(asks)}")  # fmt: skip
        fine = fine and wrong == 0 and (form != "f32" or worst <= bound)
    raise SystemExit(0 if fine else 1)


if __name__ == "__main__":
    main()
