"""How fast files answer: asks a second alone and with others, on one core and on two.

    python3 train/speed.py --corpus DIR FILE.gguf […]

Held-out asks of a creature, through the mind that plays, without a grammar (train/answers.cpp). An ask
alone and 32 at once are asked in turns, so that a busy machine slows both; told is the median of so
many rounds. Give a file as F16 and as Q8_0 to see what the smaller form costs or saves.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
from collections import defaultdict
from pathlib import Path

import config
from evaluate import held_out

WAYS = [(1, 1), (1, 32), (2, 1), (2, 32)]  # threads, sequences
ROUNDS = 3


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--corpus", type=Path, required=True)
    words.add_argument("--answers", type=Path, default=config.HERE.parent / "build" / "train_answers")
    words.add_argument("--asks", type=int, default=64)
    words.add_argument("files", type=Path, nargs="+")
    args = words.parse_args()
    asks = held_out(args.corpus, args.asks)["creature.act"]
    text = "".join(json.dumps({"messages": ask["messages"]}) + "\n" for ask in asks)
    found: dict[tuple[Path, tuple[int, int]], list[dict[str, int]]] = defaultdict(list)
    for _ in range(ROUNDS):
        for path in args.files:
            for threads, parallel in WAYS:
                line = [str(args.answers), str(path), "--speed", "--threads", str(threads),
                        "--parallel", str(parallel)]  # fmt: skip
                out = subprocess.run(line, input=text, stdout=subprocess.PIPE, check=True, text=True).stdout
                found[path, (threads, parallel)].append(json.loads(out))
    for (path, (threads, parallel)), rounds in found.items():
        seconds = statistics.median(each["us"] for each in rounds) / 1e6
        one = rounds[0]
        print(f"{path.stem:22s} {threads} thread{'s' if threads > 1 else ' '} {parallel:2d} at once: "
              f"{one['asks'] / seconds:6.1f} answers/s, {one['prompt_tokens'] / seconds:6.0f} prompt and "
              f"{one['answer_tokens'] / seconds:5.0f} answer tokens/s")  # fmt: skip


if __name__ == "__main__":
    main()
