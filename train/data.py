"""Examples as token ids, and the batches of a step.

A step's examples follow from (seed, step) alone, so that a training that was interrupted goes on as
if it had not been. Tasks are drawn by their weights, examples of a task by the root of how often they
came: what is asked every day must be known, and yet leave room for the rest.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from chat import END, SPECIALS, render
from tokenizer import Tokenizer

PAD = SPECIALS.index("<|pad|>")
DRILLS = 12_000  # examples of the training side
GOODS = ("acorns", "berries", "mushrooms", "honey", "firewood")


def drills(count: int) -> Iterator[tuple[str, str]]:
    """Prompts and answers that are nothing but looking numbers up: a real answer has one price in thirty
    tokens, and who has not learned to copy cannot learn what from. The numbers are even draws."""
    draw = random.Random("drills")
    for _ in range(count):
        rows = {}
        for good in draw.sample(GOODS, draw.randint(2, 5)):
            rows[good] = {"x": draw.randint(0, 30), "b": draw.randint(1, 999), "m": draw.randint(1, 1_200),
                          "a": draw.randint(1, 999)}  # fmt: skip
        prompt = "".join(f"{good} x{r['x']} b{r['b']} m{r['m']} a{r['a']}\n" for good, r in rows.items())
        said = []
        for _ in range(6):
            good, at = draw.choice(list(rows)), draw.choice("bma")
            said.append(f'"at":"{at}","good":"{good}","lots":{rows[good]["x"]},"price":{rows[good][at]}')
        messages = [{"role": "system", "content": "drill"}, {"role": "user", "content": prompt}]
        yield render(messages), "{" + ",".join(said) + "}"


def running(counts: np.ndarray, tasks: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.cumsum(np.sqrt(counts[of])) for name, of in tasks.items()}


@dataclass
class Examples:
    """All of one side: ids one after another, `start[i]`…`start[i + 1]`, the answer from `answer[i]`."""

    ids: np.ndarray
    start: np.ndarray
    answer: np.ndarray
    tasks: dict[str, np.ndarray]
    seeds: np.ndarray   # of the run it is from
    tempers: np.ndarray  # of the creature that was asked, "" for a seat
    counts: np.ndarray   # how often it came
    sums: dict[str, np.ndarray]  # of a task's examples, the running sums of what they are drawn by

    def of(self, left_out: int, temper: str) -> Examples:
        """A model's own slice: without every fifth run, and with one temper's asks twice."""
        tasks = {}
        for name, all_of in self.tasks.items():
            mine = all_of[(self.seeds[all_of] < 0) | (self.seeds[all_of] % 5 != left_out)]
            twice = mine[self.tempers[mine] == temper] if temper else mine[:0]
            tasks[name] = np.concatenate([mine, twice])
        return replace(self, tasks=tasks, sums=running(self.counts, tasks))

    def length(self, at: int) -> int:
        return int(self.start[at + 1] - self.start[at])


def read(corpus: Path, side: str, tokenizer: Tokenizer) -> Examples:
    """Encodes once and keeps the ids beside the corpus; the key is the tokenizer."""
    path = corpus / f"{side}.npz"
    newest = max((corpus / f"{side}.jsonl").stat().st_mtime, (corpus / "tokenizer.json").stat().st_mtime)
    if not path.exists() or path.stat().st_mtime < newest:
        ids: list[int] = []
        start, answer, tasks, seeds, tempers, counts = [0], [], [], [], [], []
        with open(corpus / f"{side}.jsonl") as lines:
            for line in lines:
                example = json.loads(line)
                ids += tokenizer.encode(render(example["messages"]))
                answer.append(len(ids))
                ids += [*tokenizer.encode(example["answer"]), tokenizer.ids[END]]
                start.append(len(ids))
                tasks.append(example["task"])
                seeds.append(example["seed"])
                counts.append(example["count"])
                words = example["messages"][-1]["content"].split(" ", 2)
                tempers.append(words[1] if example["task"] == "creature.act" else "")
        for prompt, text in drills(DRILLS if side == "train" else 0):
            ids += tokenizer.encode(prompt)
            answer.append(len(ids))
            ids += [*tokenizer.encode(text), tokenizer.ids[END]]
            start.append(len(ids))
            tasks.append("drill")
            seeds.append(-1)
            tempers.append("")
            counts.append(1)
        np.savez(path, ids=np.array(ids, np.uint16), start=np.array(start), answer=np.array(answer),
                 tasks=np.array(tasks), seeds=np.array(seeds), tempers=np.array(tempers),
                 counts=np.array(counts))  # fmt: skip
    held = np.load(path)
    names = held["tasks"]
    tasks = {str(name): np.flatnonzero(names == name) for name in np.unique(names)}
    return Examples(held["ids"], held["start"], held["answer"], tasks, held["seeds"], held["tempers"],
                    held["counts"], running(held["counts"], tasks))  # fmt: skip


def drawn(examples: Examples, weights: dict[str, int], seed: int, step: int, tokens: int) -> list[int]:
    """The examples of a step, shortest first, of about so many tokens together."""
    draw = np.random.default_rng([seed, step])
    names = [name for name in weights if name in examples.tasks]
    shares = np.array([weights[name] for name in names], float)
    out: list[int] = []
    while tokens > 0:
        name = names[draw.choice(len(names), p=shares / shares.sum())]
        sums = examples.sums[name]
        out.append(int(examples.tasks[name][np.searchsorted(sums, draw.random() * sums[-1], side="right")]))
        tokens -= examples.length(out[-1])
    return sorted(out, key=examples.length)


def micro(examples: Examples, chosen: list[int], tokens: int) -> list[list[int]]:
    """Passes of like lengths, each of at most so many tokens, padding included."""
    out: list[list[int]] = [[]]
    for at in chosen:
        if out[-1] and (len(out[-1]) + 1) * examples.length(at) > tokens:
            out.append([])
        out[-1].append(at)
    return out


def batch(examples: Examples, chosen: list[int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(ids, where an answer's token is to be said, which): loss falls on the answer alone."""
    width = max(examples.length(at) for at in chosen) - 1
    ids = np.full((len(chosen), width), PAD, np.int64)
    places, targets = [], []
    for row, at in enumerate(chosen):
        begin, end = int(examples.start[at]), int(examples.start[at + 1])
        ids[row, : end - begin - 1] = examples.ids[begin : end - 1]
        first = int(examples.answer[at]) - begin
        places.append(np.arange(first - 1, end - begin - 1) + row * width)
        targets.append(examples.ids[int(examples.answer[at]) : end].astype(np.int64))
    return torch.from_numpy(ids), torch.from_numpy(np.concatenate(places)), torch.from_numpy(
        np.concatenate(targets))  # fmt: skip
