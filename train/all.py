"""Everything from nothing: corpus, tokenizer, and then of each model training, file, check, evaluation, card.

    python3 train/all.py --work DIR [--models house-llama,house-phi] [--jobs 2] [--ship]

Whatever is there is kept, so that a stop costs the minutes since the last checkpoint; a changed recipe
wants another DIR. A job is one model on one core. What a model's stages say goes to DIR/NAME.log. With
--ship a file that agrees with its trainer goes with its card to models/house/.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import config
import corpus

SHIPPED = config.HERE.parent / "models" / "house"


class Making:
    def __init__(self, work: Path, ship: bool) -> None:
        self.work, self.ship, self.corpus = work, ship, work / "corpus"
        self.form = config.load(config.HERE / "config.toml").form
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}

    def stage(self, log: Path, program: str, *words: object) -> None:
        line = [sys.executable, str(config.HERE / program), *map(str, words)]
        with open(log, "a") as out:
            done = subprocess.run(line, stdout=out, stderr=out, env=self.environment)
        if done.returncode != 0:
            raise SystemExit(f"{program} failed ({done.returncode}); {log} says why")

    def examples(self) -> None:
        if (self.corpus / "tokenizer.json").exists():
            corpus.complete(self.corpus, config.load(config.HERE / "config.toml").corpus)
            print(f"{self.corpus}: there already", flush=True)
            return
        self.stage(self.work / "corpus.log", "corpus.py", "--out", self.corpus)
        self.stage(self.work / "corpus.log", "tokenizer.py", "--corpus", self.corpus)
        print(f"{self.corpus}: made", flush=True)

    def model(self, name: str) -> str:
        log, of = self.work / f"{name}.log", ("--model", name, "--corpus", self.corpus, "--out", self.work)
        self.stage(log, "train.py", *of)
        self.stage(log, "export.py", *of)
        self.stage(log, "check.py", *of)
        file, told = self.work / f"{name}.gguf", self.work / f"{name}.json"
        shutil.copyfile(self.work / f"{name}-{self.form}.gguf", file)
        self.stage(log, "evaluate.py", "--corpus", self.corpus, "--json", told, file)
        self.stage(log, "card.py", "--evaluation", told, file)
        if self.ship:
            SHIPPED.mkdir(parents=True, exist_ok=True)
            for path in (file, file.with_suffix(".cdx.json")):
                shutil.copyfile(path, SHIPPED / path.name)
        return f"{file}: {file.stat().st_size:,} bytes"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--work", type=Path, required=True)
    words.add_argument("--models", help="names, with commas between; else all of the recipe")
    words.add_argument("--jobs", type=int, default=2)
    words.add_argument("--ship", action="store_true")
    args = words.parse_args()
    known = list(config.load(config.HERE / "config.toml").models)
    names = args.models.split(",") if args.models else known
    if wrong := [name for name in names if name not in known]:
        raise SystemExit(f"the recipe has no {', '.join(wrong)}; it has {', '.join(known)}")
    args.work.mkdir(parents=True, exist_ok=True)
    making = Making(args.work, args.ship)
    making.examples()
    failed = False
    with ThreadPoolExecutor(args.jobs) as jobs:
        for done in as_completed([jobs.submit(making.model, name) for name in names]):
            try:
                print(done.result(), flush=True)
            except SystemExit as error:  # the others go on
                print(error, file=sys.stderr, flush=True)
                failed = True
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
