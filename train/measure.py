"""What the corpus is: lengths in tokens, the answers' labels, and how far the prompt decides them.

    python3 train/measure.py --corpus DIR

The last is a floor under the error of any model: among asks with the very same prompt, how often
the teacher's most frequent decision is what he decided. Where each prompt stands once it says nothing.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from chat import render
from tasks import DECISION, parsed
from tokenizer import Tokenizer


def quantiles(values: list[int]) -> str:
    at = np.percentile(values, [50, 95, 100]).astype(int)
    return f"mean {np.mean(values):5.0f}  half {at[0]:4d}  95 % {at[1]:4d}  most {at[2]:4d}"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--corpus", type=Path, required=True)
    args = words.parse_args()
    tokenizer = Tokenizer.load(args.corpus / "tokenizer.json")
    prompts, answers = defaultdict(list), defaultdict(list)
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    same: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    with open(args.corpus / "train.jsonl") as lines:
        for line in lines:
            example = json.loads(line)
            task, text = example["task"], render(example["messages"])
            prompts[task].append(len(tokenizer.encode(text)))
            answers[task].append(len(tokenizer.encode(example["answer"])) + 1)
            label = str((parsed(example["answer"]) or {}).get(DECISION[task]))
            labels[task][label] += 1
            same[task][text][label] += 1
    for task in sorted(prompts):
        print(f"{task}: {len(prompts[task])} asks")
        print(f"  prompt {quantiles(prompts[task])}\n  answer {quantiles(answers[task])}")
        count = sum(labels[task].values())
        print("  " + ", ".join(f"{k} {100 * n / count:.1f} %" for k, n in labels[task].most_common()))
        many = [c for c in same[task].values() if sum(c.values()) > 1]
        if many:
            asks = sum(sum(c.values()) for c in many)
            best = sum(max(c.values()) for c in many)
            print(f"  {asks} asks share a prompt; the best guess is right in {100 * best / asks:.1f} %")


if __name__ == "__main__":
    main()
