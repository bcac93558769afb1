"""How a cast behaves in play, beside the rules in the same seeds.

    python3 train/in_play.py --out DIR [--seeds 20] [--cast house] [--wood build/wood]

Plays each seed with the cast and by rule, replays the cast's run and asks the rules what they would
have answered to the very prompts it saw. Told: profit of each creature, and its difference to the
rules' run of the same seed with a 95 % interval (Student's t of the paired differences); bids for an
own good; leaks; days without a creature's trade; who ended at or under nothing; refusals by reason;
answers that had to be mended or could not be read; how often the decision was the teacher's.
DIR/SEED-CAST.wood is kept, a run that is there is not played again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import subprocess
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import config
from tasks import DECISION, parsed

# Student's t at 97.5 % for 1, 2, … degrees of freedom; from 30 on a little too wide.
T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
     2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045]  # fmt: skip


def mean_and_half(values: list[float]) -> tuple[float, float]:
    """The mean and half the width of its 95 % interval; of one value the width is unknown."""
    n = len(values)
    mean = sum(values) / n
    if n < 2:
        return mean, math.inf
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
    return mean, (T[n - 2] if n - 2 < len(T) else 2.045) * spread / math.sqrt(n)


def output(line: list[str], fine: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True)
    if done.returncode not in fine:
        raise SystemExit(f"{' '.join(line)} ended with {done.returncode}")
    return done.stdout


def begin(folder: Path, about: dict[str, Any]) -> None:
    """Runs of other models or another scenario are not told as these."""
    path = folder / "about.json"
    if path.exists() and json.loads(path.read_text()) != about:
        raise SystemExit(f"{path}: these runs were played otherwise; take another folder")
    path.write_text(json.dumps(about, indent=1) + "\n")


def report(wood: Path, scenario: str, cast: str, seed: int, turns: int, folder: Path) -> tuple[dict[str, Any], float]:
    """The report of a run and the seconds that it took; 0 if it had been played before."""
    run = folder / f"{seed}-{cast}.wood"
    if run.exists():
        return json.loads(output([str(wood), "show", str(run), "--json"])), 0.0
    part = run.with_name("part-" + run.name)
    for left in folder.glob(part.name + "*"):
        left.unlink()
    began = time.monotonic()
    told = output([str(wood), "run", scenario, "--cast", cast, "--seed", str(seed), "--turns", str(turns),
                   "--quiet", "--json", "--out", str(part)], fine=(0, 1))  # fmt: skip; 1: there was a leak
    seconds = time.monotonic() - began
    part.rename(run)
    return json.loads(told), seconds


def in_play(wood: Path, run: Path) -> dict[str, list[dict[str, Any]]]:
    """Asks by task, each with what was answered and what the teacher would have."""
    out: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in output([str(wood), "export", str(run), "--sft", "--teacher"]).splitlines():
        ask = json.loads(line)
        out[ask["task"]].append(ask)
    return out


class Told:
    def __init__(self) -> None:
        self.profit: dict[str, list[float]] = defaultdict(list)
        self.beside: dict[str, list[float]] = defaultdict(list)
        self.ruined: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.quiet_days: list[str] = []
        self.right: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.seconds: list[float] = []

    def add(self, seed: int, cast: dict[str, Any], rules: dict[str, Any]) -> None:
        other = {being["name"]: being for being in rules["beings"]}
        for being in cast["beings"]:
            name = being["name"]
            if being["mind"] or name == "treasury":
                self.profit[name].append(being["pnl_mp"] / 1000)
                self.beside[name].append((being["pnl_mp"] - other[name]["pnl_mp"]) / 1000)
            if being["mind"]:
                self.ruined[name] += being["worth_mp"] <= 0
            self.refusals.update(being["refusals"])
        self.counts.update({key: cast["counts"][key] for key in (
            "leaks", "orders", "refused", "trades", "prompts", "failures", "repaired", "unread")})  # fmt: skip
        self.quiet_days += [f"seed {seed} day {day['turn']}" for day in cast["by_turn"]
                            if day["creature_trades"] == 0]  # fmt: skip
        self.counts["days"] += len(cast["by_turn"])

    def compare(self, asks: dict[str, list[dict[str, Any]]]) -> None:
        for task, of in asks.items():
            for ask in of:
                same = (parsed(ask["given"]) or {}).get(DECISION[task]) == (parsed(ask["answer"]) or {}).get(DECISION[task])
                self.right[task, ask["mind"]]["asks"] += 1
                self.right[task, ask["mind"]]["right"] += same

    def text(self, seeds: int) -> str:
        c = self.counts
        out = f"{seeds} seeds, {c['days']} days: {c['trades']} trades, {c['orders']} orders, {c['prompts']} asks\n"
        out += (f"bids for an own good {self.refusals['self_buy']}, leaks {c['leaks']}, days without a creature's "
                f"trade {len(self.quiet_days)} {self.quiet_days[:5]}\n")  # fmt: skip
        out += f"no answer {c['failures']}, mended {c['repaired']}, not to be read {c['unread']}\n"
        out += f"refused {c['refused']}: " + ", ".join(f"{k} {n}" for k, n in self.refusals.most_common()) + "\n"
        if self.seconds:
            out += f"seconds a run: least {min(self.seconds):.1f}, most {max(self.seconds):.1f}\n"
        for name, values in self.profit.items():
            mean, half = mean_and_half(values)
            by, width = mean_and_half(self.beside[name])
            out += (f"{name:10s} profit {mean:8.1f} ± {half:6.1f}, beside the rules {by:+8.1f} ± {width:6.1f}, "
                    f"at or under nothing {self.ruined[name]}\n")  # fmt: skip
        for (task, mind), n in sorted(self.right.items()):
            out += f"{task:14s} {mind:14s} as the teacher {100 * n['right'] / n['asks']:5.1f} % of {n['asks']}\n"
        return out


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--wood", type=Path, default=config.HERE.parent / "build" / "wood")
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--scenario", default="five-labs")
    words.add_argument("--cast", default="house")
    words.add_argument("--first", type=int, default=1001, help="the first seed; the corpus holds 1 to 400")
    words.add_argument("--seeds", type=int, default=20)
    words.add_argument("--turns", type=int, default=30)
    words.add_argument("--no-teacher", action="store_true", help="do not replay for what the rules would say")
    args = words.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    wood, told = args.wood.resolve(), Told()
    models = sorted((config.HERE.parent / "models" / "house").glob("*.gguf"))
    begin(args.out, {"scenario": args.scenario, "turns": args.turns,
                     "models": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in models}})
    for seed in range(args.first, args.first + args.seeds):
        cast, seconds = report(wood, args.scenario, args.cast, seed, args.turns, args.out)
        rules, _ = report(wood, args.scenario, "rules", seed, args.turns, args.out)
        if seconds:
            told.seconds.append(seconds)
        told.add(seed, cast, rules)
        if not args.no_teacher:
            told.compare(in_play(wood, args.out / f"{seed}-{args.cast}.wood"))
        print(f"seed {seed}: {seconds:.1f} s, {cast['counts']['trades']} trades", flush=True)
    print(told.text(args.seeds))


if __name__ == "__main__":
    main()
