"""Whether models are different minds: how often they decide alike, and whether they fail together.

    python3 train/agreement.py --corpus DIR [--json FILE] A.gguf B.gguf […]

The same held-out asks for all, greedily and without a grammar, as in evaluate.py. Of each pair: the
share of asks on which they decide alike; the correlation of their errors (phi of the two right/wrong
columns, Matthews 1975; 0 for failures that know nothing of each other, 1 for the same); of the asks
on which both fail the share on which they give the same wrong answer. Of all: n / (1 + (n-1) rho) with
the mean correlation (Kish's design effect), the number of independent voters they are worth by errors.
Where a decision has two values the same wrong answer is the only one; and over all tasks together the
harder of them make errors go together that within a task do not.
"""

from __future__ import annotations

import argparse
import json
import math
from itertools import combinations
from pathlib import Path
from typing import Any

import config
from evaluate import answers, held_out
from tasks import DECISION, parsed


def phi(a: list[bool], b: list[bool]) -> float | None:
    """None where one of the two never or always fails."""
    n = [[sum(x == i and y == j for x, y in zip(a, b)) for j in (False, True)] for i in (False, True)]
    (n00, n01), (n10, n11) = n
    under = (n00 + n01) * (n10 + n11) * (n00 + n10) * (n01 + n11)
    return (n11 * n00 - n10 * n01) / math.sqrt(under) if under else None


def pair(wanted: list[str], a: list[str], b: list[str]) -> dict[str, Any]:
    wrong_a, wrong_b = ([x != w for x, w in zip(said, wanted)] for said in (a, b))
    both = [i for i in range(len(wanted)) if wrong_a[i] and wrong_b[i]]
    return {"asks": len(wanted), "alike": sum(x == y for x, y in zip(a, b)), "phi": phi(wrong_a, wrong_b),
            "both_wrong": len(both), "same_wrong": sum(a[i] == b[i] for i in both)}  # fmt: skip


def measure(wanted: list[str], said: dict[str, list[str]]) -> dict[str, Any]:
    pairs = {(a, b): pair(wanted, said[a], said[b]) for a, b in combinations(said, 2)}
    known = [p["phi"] for p in pairs.values() if p["phi"] is not None]
    rho = sum(known) / len(known) if known else None
    n = len(said)
    wrong = [sum(s[i] != w for s in said.values()) for i, w in enumerate(wanted)]
    return {"asks": len(wanted), "pairs": pairs, "rho": rho,
            "n_eff": n / (1 + (n - 1) * max(0.0, rho)) if rho is not None else None,
            "wrong_by_so_many": [wrong.count(k) for k in range(n + 1)],
            "majority_right": sum(k * 2 < n for k in wrong)}  # fmt: skip


def told(task: str, found: dict[str, Any], names: list[str]) -> str:
    out = f"{task}: {found['asks']} asks; asks on which none, one, … all are wrong: {found['wrong_by_so_many']}"
    if found["rho"] is None:
        out += "\n  no two of them fail sometimes and not always: no correlation\n"
    else:
        out += f"\n  mean correlation of errors {found['rho']:.2f}, worth {found['n_eff']:.1f} of {len(names)} voters\n"
    for (a, b), p in found["pairs"].items():
        correlation = f"{p['phi']:5.2f}" if p["phi"] is not None else "    -"
        out += (f"  {a:14s} {b:14s} alike {100 * p['alike'] / p['asks']:5.1f} %, errors {correlation}, "
                f"same wrong answer in {p['same_wrong']} of {p['both_wrong']}\n")  # fmt: skip
    return out.rstrip("\n")


def decided(task: str, text: str, name: str) -> str:
    """What cannot be read is like no other's."""
    answer = parsed(text)
    return f"nothing of {name}" if answer is None else str(answer.get(DECISION[task]))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--config", type=Path, default=config.HERE / "config.toml")
    words.add_argument("--corpus", type=Path, required=True)
    words.add_argument("--answers", type=Path, default=config.HERE.parent / "build" / "train_answers")
    words.add_argument("--json", type=Path)
    words.add_argument("files", type=Path, nargs="+")
    args = words.parse_args()
    recipe = config.load(args.config).evaluate
    names = [path.stem for path in args.files]
    if len(set(names)) != len(names) or len(names) < 2:
        raise SystemExit("two files or more, each of another name")
    every: dict[str, Any] = {}
    all_wanted: list[str] = []
    all_said: dict[str, list[str]] = {name: [] for name in names}
    for task, asks in held_out(args.corpus, recipe.asks).items():
        wanted = [decided(task, ask["answer"], "the teacher's") for ask in asks]
        said = {name: [decided(task, text, name) for text in answers(args.answers, path, asks, recipe.tokens_max)]
                for name, path in zip(names, args.files)}  # fmt: skip
        every[task] = measure(wanted, said)
        print(told(task, every[task], names), flush=True)
        all_wanted += wanted
        for name in names:
            all_said[name] += said[name]
    every["all"] = measure(all_wanted, all_said)
    print(told("all tasks", every["all"], names))
    if args.json:
        flat = {task: {**found, "pairs": [{"a": a, "b": b, **p} for (a, b), p in found["pairs"].items()]}
                for task, found in every.items()}  # fmt: skip
        args.json.write_text(json.dumps(flat, indent=1) + "\n")


if __name__ == "__main__":
    main()
