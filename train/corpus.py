"""The corpus: the rules play, and every ask of every run with its answer is an example.

    python3 train/corpus.py --wood build/wood --out DIR

Each seed is a run of a scenario; in half of them the creatures draw one another's tempers, so that
a model learns the temper and not the name. DIR/asks/SEED.jsonl.gz is kept, so that an interrupted
corpus is continued. Held out is every ask of every so-many-th run, and, because the seats of the desk
are asked the same again and again, every so-many-th distinct prompt of all runs by its digest. No
prompt stands on both sides, and none stands twice with the same answer, but with how often it came.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import subprocess
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Iterator

import config
from chat import render

FORM = 2  # of the lines: since 2 each says how often it came
TEMPER = re.compile(r'^temper = "(\w+)"$', re.MULTILINE)


def tempered(text: str, seed: int) -> str:
    """The scenario with its creatures' tempers drawn anew."""
    tempers = TEMPER.findall(text)
    drawn = iter(random.Random(f"tempers {seed}").choices(sorted(set(tempers)), k=len(tempers)))
    return TEMPER.sub(lambda _: f'temper = "{next(drawn)}"', text)


def play(wood: Path, root: Path, recipe: config.Corpus, seed: int, to: Path) -> None:
    """One run and its asks; the ledger is not kept."""
    draw = random.Random(f"scenario {seed}")
    scenario = root / "scenarios" / (draw.choice(recipe.scenarios) + ".toml")
    with tempfile.TemporaryDirectory() as folder:
        text = scenario.read_text()
        if draw.randrange(1_000_000) < recipe.shuffle_tempers_ppm:
            text = tempered(text, seed)
        played, run = Path(folder) / scenario.name, Path(folder) / "run.wood"
        played.write_text(text)
        line = [str(wood), "run", str(played), "--cast", "rules", "--seed", str(seed), "--turns",
                str(recipe.turns), "--quiet", "--out", str(run)]  # fmt: skip
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
        asks = subprocess.run([str(wood), "export", str(run), "--sft"], check=True,
                              stdout=subprocess.PIPE).stdout  # fmt: skip
    part = to.with_suffix(".part")
    part.write_bytes(gzip.compress(asks, 5))
    part.rename(to)


def examples(path: Path, seed: int) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt") as lines:
        for line in lines:
            ask = json.loads(line)
            yield {"task": ask["task"], "seed": seed, "messages": ask["messages"],
                   "answer": ask["answer"]}  # fmt: skip


def held_out(prompt: str, seed: int, recipe: config.Corpus) -> bool:
    """Whether the ask is for the test, by its run or by its words."""
    digest = int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:8], "big")
    return seed % recipe.held_every == 0 or digest % recipe.held_every == 0


def split(folder: Path, recipe: config.Corpus) -> Counter[str]:
    """Writes both sides, each example once with how often it came; counts what came and what was left out."""
    told: Counter[str] = Counter()
    trained: set[str] = set()
    for side in ("train", "held"):
        kept: dict[tuple[str, str], dict[str, object]] = {}
        for seed in range(1, recipe.seeds + 1):
            for example in examples(folder / "asks" / f"{seed}.jsonl.gz", seed):
                prompt, key = render(example["messages"]), f"{side} {example['task']}"
                if held_out(prompt, seed, recipe) != (side == "held"):
                    continue
                known = kept.get((prompt, str(example["answer"])))
                if side == "held" and prompt in trained:
                    told[key + ", trained on"] += 1
                elif known is not None:
                    told[key + ", again"] += 1
                    known["count"] += 1
                else:
                    told[key] += 1
                    kept[prompt, str(example["answer"])] = {**example, "count": 1}
                if side == "train":
                    trained.add(prompt)
        with open(folder / f"{side}.jsonl", "w") as out:
            for example in kept.values():
                out.write(json.dumps(example, ensure_ascii=False) + "\n")
    return told


def prompt_format() -> int:
    """The version of the terse rendering that this tree's program speaks."""
    header = config.HERE.parent / "src" / "core" / "prompt_format.h"
    found = re.search(r"kPromptFormat = (\d+);", header.read_text())
    if found is None:
        raise SystemExit(f"{header} says no kPromptFormat")
    return int(found[1])


def complete(folder: Path, recipe: config.Corpus) -> None:
    """A corpus that is there serves another build of the program, but no other prompts and no other recipe."""
    about = json.loads((folder / "corpus.json").read_text())
    wanted = (FORM, prompt_format(), asdict(recipe))
    if (about.get("form"), about["prompt_format"], about["recipe"]) != wanted:
        raise SystemExit(f"{folder}: in another form, made for other prompts or by another recipe; take another folder")


def begin(folder: Path, wood: Path, recipe: config.Corpus) -> None:
    """What the corpus is made by stands beside it; another program or recipe does not go on with it."""
    about = {"form": FORM, "prompt_format": prompt_format(), "recipe": asdict(recipe),
             "wood_sha256": hashlib.sha256(wood.read_bytes()).hexdigest()}  # fmt: skip
    path = folder / "corpus.json"
    if path.exists() and json.loads(path.read_text()) != about:
        raise SystemExit(f"{path}: this corpus was begun by another program or recipe; take another folder")
    path.write_text(json.dumps(about, indent=1) + "\n")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--config", type=Path, default=config.HERE / "config.toml")
    words.add_argument("--wood", type=Path, default=config.HERE.parent / "build" / "wood")
    words.add_argument("--out", type=Path, required=True)
    args = words.parse_args()
    recipe = config.load(args.config).corpus
    (args.out / "asks").mkdir(parents=True, exist_ok=True)
    begin(args.out, args.wood, recipe)
    for seed in range(1, recipe.seeds + 1):
        to = args.out / "asks" / f"{seed}.jsonl.gz"
        if not to.exists():
            play(args.wood.resolve(), config.HERE.parent, recipe, seed, to)
    for key, count in sorted(split(args.out, recipe).items()):
        print(f"{count:8d}  {key}")


if __name__ == "__main__":
    main()
