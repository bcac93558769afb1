"""How often an exported model answers as the teacher did, on asks that it was not trained on.

    python3 train/evaluate.py --corpus DIR FILE.gguf […]

Asks llama.cpp through the mind that plays (train/answers.cpp), greedily and without a grammar. Per
task: how many answers are JSON objects; the decision, with Wilson's interval, beside the majority
class of the training side and what a draw from its labels would get; every other closed field where
the teacher's answer has it; all numbers right; the whole answer right but for its reason.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import subprocess
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import config
from tasks import CLOSED, DECISION, parsed

Ask = dict[str, Any]


def wilson(right: int, count: int, z: float) -> tuple[float, float]:
    if count == 0:
        return 0.0, 1.0
    p, n = right / count, count
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    return max(0.0, min(low, p)), min(1.0, max(high, p))  # against rounding at the ends


def spread(asks: list[Ask], count: int) -> list[Ask]:
    """So many, evenly from the first to the last."""
    n = min(count, len(asks))
    return [asks[i * len(asks) // n] for i in range(n)]


def held_out(corpus: Path, count: int) -> dict[str, list[Ask]]:
    """So many of each task, spread over all that are held out."""
    by_task: dict[str, list[Ask]] = defaultdict(list)
    with open(corpus / "held.jsonl") as lines:
        for line in lines:
            ask = json.loads(line)
            by_task[ask["task"]].append(ask)
    return {task: spread(asks, count) for task, asks in sorted(by_task.items())}


def majorities(corpus: Path) -> dict[str, Counter[str]]:
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    with open(corpus / "train.jsonl") as lines:
        for line in lines:
            ask = json.loads(line)
            answer = parsed(ask["answer"]) or {}
            labels[ask["task"]][str(answer.get(DECISION[ask["task"]]))] += 1
    return labels


def answers(program: Path, path: Path, asks: list[Ask], tokens_max: int) -> list[str]:
    text = "".join(json.dumps({"messages": ask["messages"]}) + "\n" for ask in asks)
    line = [str(program), str(path), "--tokens", str(tokens_max)]
    run = subprocess.run(line, input=text, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(out).get("answer", "") for out in run.stdout.splitlines()]


def score(task: str, asks: list[Ask], said: list[str]) -> dict[str, tuple[int, int]]:
    """What was right of how many."""
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for ask, text in zip(asks, said):
        wanted, given = parsed(ask["answer"]) or {}, parsed(text)
        count["json"] += 1
        right["json"] += given is not None
        given = given or {}
        decision = DECISION[task]
        for name in CLOSED[task]:
            # The rest of an act means something only where the act is the same.
            if name in wanted and (name == decision or given.get(decision) == wanted[decision]):
                count[name] += 1
                right[name] += given.get(name) == wanted[name]
        numbers = {k: v for k, v in wanted.items() if isinstance(v, int)}
        if numbers and given.get(decision) == wanted[decision]:
            count["numbers"] += 1
            right["numbers"] += all(given.get(k) == v for k, v in numbers.items())
        count["all but reason"] += 1
        right["all but reason"] += {**given, "reason": ""} == {**wanted, "reason": ""}
    return {name: (right[name], count[name]) for name in count}


def confusions(task: str, asks: list[Ask], said: list[str]) -> list[tuple[tuple[str, str], int]]:
    wrong: Counter[tuple[str, str]] = Counter()
    for ask, text in zip(asks, said):
        wanted = str((parsed(ask["answer"]) or {}).get(DECISION[task]))
        given = str((parsed(text) or {}).get(DECISION[task]))
        wrong[wanted, given] += wanted != given
    return [item for item in wrong.most_common(4) if item[1] > 0]


def report(task: str, scores: dict[str, tuple[int, int]], labels: Counter[str], z: float) -> str:
    total = sum(labels.values())
    most, often = labels.most_common(1)[0]
    drawn = sum(n * n for n in labels.values()) / (total * total)
    right, count = scores[DECISION[task]]
    low, high = wilson(right, count, z)
    out = (f"{task:16s} {DECISION[task]:9s} {100 * right / count:5.1f} % "
           f"[{100 * low:.1f}, {100 * high:.1f}] of {count}; majority ({most}) "
           f"{100 * often / total:.1f} %, drawn {100 * drawn:.1f} %\n" + " " * 17)  # fmt: skip
    rest = [name for name in scores if name != DECISION[task]]
    return out + ", ".join(
        f"{name} {100 * scores[name][0] / scores[name][1]:.1f} % of {scores[name][1]}" for name in rest)


def shares(scores: dict[str, dict[str, tuple[int, int]]], labels: dict[str, Counter[str]],
           z: float, file: Path) -> dict[str, Any]:  # fmt: skip
    """As train/card.py reads it: counts, and shares of 1; majority and chance by the training side."""
    tasks = []
    for task, of in scores.items():
        right, count = of[DECISION[task]]
        low, high = wilson(right, count, z)
        total = sum(labels[task].values())
        exact, numbered = of.get("numbers", (0, 0))
        tasks.append({"task": task, "n": count, "right": right, "low": low, "high": high,
                      "numbered": numbered, "numbers_right": exact,
                      "majority": labels[task].most_common(1)[0][1] / total,
                      "chance": sum(n * n for n in labels[task].values()) / (total * total)})  # fmt: skip
    valid = [of["json"] for of in scores.values()]
    return {"sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "tasks": tasks,
            "json_valid": sum(v[0] for v in valid) / sum(v[1] for v in valid)}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--config", type=Path, default=config.HERE / "config.toml")
    words.add_argument("--corpus", type=Path, required=True)
    words.add_argument("--answers", type=Path, default=config.HERE.parent / "build" / "train_answers")
    words.add_argument("--json", type=Path, help="what train/card.py takes; of one file")
    words.add_argument("--all", action="store_true", help="every held-out ask, not the first so many")
    words.add_argument("--show", type=int, default=0, help="so many answers a task beside the teacher's")
    words.add_argument("files", type=Path, nargs="+")
    args = words.parse_args()
    if args.json and len(args.files) > 1:
        raise SystemExit("--json is of one file: give one")
    recipe = config.load(args.config).evaluate
    labels = majorities(args.corpus)
    for path in args.files:
        print(path)
        scores: dict[str, dict[str, tuple[int, int]]] = {}
        for task, asks in held_out(args.corpus, 10**9 if args.all else recipe.asks).items():
            said = answers(args.answers, path, asks, recipe.tokens_max)
            scores[task] = score(task, asks, said)
            print(report(task, scores[task], labels[task], recipe.z_milli / 1000))
            for (wanted, given), count in confusions(task, asks, said):
                print(" " * 17 + f"{count} times {given} where the teacher said {wanted}")
            for ask, text in list(zip(asks, said))[: args.show]:
                print(f"    asked   {ask['messages'][-1]['content']!r}\n    teacher {ask['answer']}\n"
                      f"    model   {text}")  # fmt: skip
        if args.json:
            args.json.write_text(json.dumps(shares(scores, labels, recipe.z_milli / 1000, path)))


if __name__ == "__main__":
    main()
