"""A model card in CycloneDX 1.6 beside a GGUF file: what it is, what it learned from, how often it
is right and where it fails. The engine reads it (src/minds/card.h) and refuses a model that was
trained on other prompts.

    python3 train/card.py --evaluation FILE.json FILE.gguf

NAME.gguf gets NAME.cdx.json. The evaluation is what `evaluate.py --json` writes of that very file, held
to it by its SHA-256; all but counts are fractions of 1, `low` and `high` the bounds of the interval of
right/n, `majority` and `chance` what the training side's labels would get, `numbered` the right decisions
that come with numbers, `numbers_right` those of them with all numbers right:

    {"tasks": [{"task": "creature.act", "n": 200, "right": 163, "majority": 0.41, "chance": 0.27,
                "low": 0.755, "high": 0.863, "numbered": 120, "numbers_right": 111}, …],
     "json_valid": 0.9995,
     "sha256": "…"}

What it learned from stands in the file (train/export.py put it there), not in today's recipe. Nothing
stands in the card that was not measured, counted or configured: what is not given is left out. The same inputs give the same bytes, so there is no date in it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import struct
import tomllib
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import config

ROOT = config.HERE.parent
NAMESPACE = uuid.UUID("5f0c2c4e-0a5b-5d0e-9d53-7b1e6f1d2a90")  # of serial numbers; drawn once
FORMS = {0: "f32", 1: "f16", 2: "q4_0", 6: "q5_0", 8: "q8_0", 12: "q4_k", 14: "q6_k", 30: "bf16"}
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, LIST = 8, 9


@dataclass(frozen=True)
class Gguf:
    keys: dict[str, Any]  # of lists only their length
    parameters: int
    form: str  # of most weights
    sha256: str


def _take(file: BinaryIO, kind: str) -> Any:
    size = struct.calcsize("<" + kind)
    data = file.read(size)
    if len(data) < size:
        raise SystemExit(f"{file.name}: ends within its header")
    return struct.unpack("<" + kind, data)[0]


def _text(file: BinaryIO) -> str:
    return file.read(_take(file, "Q")).decode("utf-8", "replace")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == TEXT:
        return _text(file)
    if kind != LIST:
        if kind not in SCALARS:
            raise SystemExit(f"{file.name}: a value of unknown kind {kind}")
        return _take(file, SCALARS[kind])
    inner, count = _take(file, "I"), _take(file, "Q")
    for _ in range(count):
        _value(file, inner)
    return count


def read_gguf(path: Path) -> Gguf:
    keys: dict[str, Any] = {}
    counts: dict[int, int] = {}
    with open(path, "rb") as file:
        if file.read(4) != b"GGUF":
            raise SystemExit(f"{path} is no GGUF file")
        _, tensors, pairs = _take(file, "I"), _take(file, "Q"), _take(file, "Q")
        for _ in range(pairs):
            key, kind = _text(file), _take(file, "I")
            keys[key] = _value(file, kind)
        for _ in range(tensors):
            _text(file)
            size = math.prod(_take(file, "Q") for _ in range(_take(file, "I")))
            kind, _ = _take(file, "I"), _take(file, "Q")
            counts[kind] = counts.get(kind, 0) + size
    most = max(counts, key=lambda kind: counts[kind])
    return Gguf(keys, sum(counts.values()), FORMS.get(most, f"ggml type {most}"),
                hashlib.sha256(path.read_bytes()).hexdigest())  # fmt: skip


def source(gguf: Gguf, key: str) -> Any:
    """What train/export.py wrote into the file of where its weights come from; None if it did not."""
    return gguf.keys.get("wood." + key)


def tempers(gguf: Gguf) -> list[str]:
    out = set()
    for name in set(filter(None, (source(gguf, "scenarios") or "").split(","))):
        with open(ROOT / "scenarios" / f"{name}.toml", "rb") as file:
            out |= {c.get("temper", "steady") for c in tomllib.load(file)["creature"]}
    return sorted(out)


def seeds(gguf: Gguf) -> str | None:
    if source(gguf, "seeds") is None:
        return None
    out = f"1 to {source(gguf, 'seeds')}, every {source(gguf, 'held_every')}th held out"
    if source(gguf, "left_out") >= 0:
        out += f", not those that leave {source(gguf, 'left_out')} by 5"
    return out + (f", asks of who {source(gguf, 'temper')} twice" if source(gguf, "temper") else "")


def check(evaluation: Any, where: Path) -> None:
    """What is wrong here would be wrong in every card."""
    if not isinstance(evaluation, dict) or not evaluation.get("tasks"):
        raise SystemExit(f"{where}: no \"tasks\"")
    for at, task in enumerate(evaluation["tasks"]):
        for key in ("task", "n", "right", "low", "high"):
            if key not in task:
                raise SystemExit(f"{where}: tasks[{at}] has no \"{key}\"")
        if not (isinstance(task["n"], int) and isinstance(task["right"], int) and task["n"] > 0
                and 0 <= task["right"] <= task["n"]):  # fmt: skip
            raise SystemExit(f"{where}: tasks[{at}]: right of n must be counts")
        if not task["low"] <= task["right"] / task["n"] <= task["high"]:
            raise SystemExit(f"{where}: tasks[{at}]: its share is not between low and high")
    fractions = [(f"tasks[{at}].{key}", task[key]) for at, task in enumerate(evaluation["tasks"])
                 for key in ("low", "high", "majority", "chance") if key in task]  # fmt: skip
    if "json_valid" in evaluation:
        fractions.append(("json_valid", evaluation["json_valid"]))
    for name, value in fractions:
        if not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise SystemExit(f"{where}: {name} is {value}, must be a fraction from 0 to 1")


def metrics(evaluation: dict[str, Any]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for task in evaluation["tasks"]:
        out.append({
            "type": task["task"],
            "value": f"{task['right'] / task['n']:.4f}",
            "slice": f"held-out asks, {task['n']}",
            "confidenceInterval": {"lowerBound": f"{task['low']:.4f}",
                                   "upperBound": f"{task['high']:.4f}"},
        })  # fmt: skip
        for key in ("majority", "chance"):
            if key in task:
                out.append({"type": f"{task['task']} {key}", "value": f"{task[key]:.4f}"})
    if "json_valid" in evaluation:
        out.append({"type": "json_valid", "value": f"{evaluation['json_valid']:.4f}",
                    "slice": "held-out asks, without a grammar"})  # fmt: skip
    return out


def failures(evaluation: dict[str, Any], context: int, version: int, more: list[str]) -> list[str]:
    out = [
        f"It knows one kind of prompt: the terse rendering in English, format {version}. To anything "
        "else it answers without sense.",
        "It imitates its teacher's rules from examples. It has no knowledge of the world beyond them.",
    ]
    if context:
        out.append(f"Prompt and answer together have at most {context} tokens.")
    for task in evaluation["tasks"]:
        if "majority" in task and task["low"] <= task["majority"]:
            out.append(f"{task['task']}: not above always giving the commonest answer "
                       f"({task['right'] / task['n']:.1%} of {task['n']}, commonest "
                       f"{task['majority']:.1%}).")  # fmt: skip
        wrong = task.get("numbered", 0) - task.get("numbers_right", 0)
        if wrong > 0:
            out.append(f"{task['task']}: where its decision is the teacher's, {wrong / task['numbered']:.1%} of "
                       f"{task['numbered']} have a number that is not: another good's price, say.")  # fmt: skip
    if evaluation.get("json_valid", 1) < 1:
        out.append(f"Without a grammar {1 - evaluation['json_valid']:.2%} of its answers are no JSON.")
    return out + more


def architecture(gguf: Gguf) -> str:
    """In words, as the file says it."""
    arch = gguf.keys.get("general.architecture", "")
    of = {key: gguf.keys.get(f"{arch}.{key}") for key in (
        "block_count", "embedding_length", "attention.head_count", "attention.head_count_kv",
        "feed_forward_length", "context_length")}  # fmt: skip
    return (f"{arch}: {of['block_count']} layers of width {of['embedding_length']}, "
            f"{of['attention.head_count']} heads and {of['attention.head_count_kv']} of keys and values, "
            f"hidden {of['feed_forward_length']}, {gguf.keys.get('tokenizer.ggml.tokens', 0)} tokens, "
            f"context {of['context_length']}")  # fmt: skip


def considerations(name: str, arch: str, limits: list[str]) -> dict[str, Any]:
    return {
        "users": ["People who play, test or study Thousand Token Wood."],
        "useCases": [
            "A creature of the Wood, or a seat of its desk, asked by the terse rendering.",
            "Tests of an engine with small models that answer in form.",
        ],
        "technicalLimitations": limits,
        "performanceTradeoffs": [
            "It is small, so that five of them play on a processor without an accelerator. What is "
            "measured here is agreement with its teacher, not whether a decision is good.",
        ],
        "ethicalConsiderations": [
            {"name": "It could be taken for another maker's model.",
             "mitigationStrategy": f"{name} is named for the architecture ({arch}) whose form its file "
             "has. No weights, answers or data of any other model are in it."},
            {"name": "It could be asked about real money.",
             "mitigationStrategy": "Everything it learned comes from an invented market played by "
             "rules. It gives no advice, and it must not be asked for any."},
        ],
    }  # fmt: skip


def dataset(gguf: Gguf) -> dict[str, Any]:
    out = {"type": "dataset", "name": "asks and answers of runs played by rule"}
    if seeds(gguf) is None:
        return out
    mix = ", ".join(f"{name} {count}" for name, count in sorted(Counter(
        source(gguf, "scenarios").split(",")).items()))  # fmt: skip
    out["description"] = (
        f"Made by train/corpus.py: seeds {seeds(gguf)}, {source(gguf, 'turns')} turns each; scenarios by "
        f"weight {mix}; tempers drawn anew in {source(gguf, 'shuffle_tempers_ppm') / 10_000:g} % of the "
        "runs. Text about an invented market; nobody's data.")  # fmt: skip
    return out


def card(args: argparse.Namespace, gguf: Gguf) -> dict[str, Any]:
    evaluation = json.loads(args.evaluation.read_text())
    check(evaluation, args.evaluation)
    if evaluation.get("sha256") != gguf.sha256:
        raise SystemExit(f"{args.evaluation} is of a file with SHA-256 {evaluation.get('sha256')}, {args.file} "
                         f"has {gguf.sha256}: evaluate that very file")  # fmt: skip
    arch = gguf.keys.get("general.architecture", "")
    version, context = args.prompt_format, gguf.keys.get(f"{arch}.context_length", 0)
    properties = {
        "prompt-format": version,
        "teacher": args.teacher,
        "tempers": ", ".join(tempers(gguf)) or None,
        "seeds": seeds(gguf),
        "steps": source(gguf, "steps"),
        "tokens": source(gguf, "tokens"),
        "cpu-seconds": source(gguf, "cpu_seconds"),
        "parameters": gguf.parameters,
        "form": gguf.form,
    }
    model = {
        "type": "machine-learning-model",
        "bom-ref": args.model,
        "name": args.model,
        "description": f"A model of Thousand Token Wood's own, in the form of {arch}.",
        "hashes": [{"alg": "SHA-256", "content": gguf.sha256}],
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "modelCard": {
            "modelParameters": {
                "approach": {"type": "supervised"},
                "task": "text-generation",
                "architectureFamily": "transformer",
                "modelArchitecture": architecture(gguf),
                "datasets": [dataset(gguf)],
                "inputs": [{"format": f"text: chat messages, terse rendering of format {version}"}],
                "outputs": [{"format": "text: a JSON object, its reason first"}],
            },
            "quantitativeAnalysis": {"performanceMetrics": metrics(evaluation)},
            "considerations": considerations(
                args.model, arch, failures(evaluation, context, version, args.failure)),
        },
        "properties": [{"name": "wood:" + key, "value": str(value)}
                       for key, value in properties.items() if value is not None],
    }  # fmt: skip
    body = json.dumps(model, sort_keys=True)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, body)}",
        "version": 1,
        "components": [model],
    }


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--evaluation", type=Path, required=True, help="what was right, as JSON")
    words.add_argument("--model", help="its name; else as the file says")
    words.add_argument("--teacher", default="scripted")
    words.add_argument("--prompt-format", type=int, help="that it was trained on, if its file does not say")
    words.add_argument("--failure", action="append", default=[], help="one that was seen; many")
    words.add_argument("--out", type=Path, help="else beside the model")
    words.add_argument("file", type=Path)
    args = words.parse_args()
    gguf = read_gguf(args.file)
    args.model = args.model or gguf.keys.get("general.name", "")
    said = source(gguf, "prompt_format")
    if said is not None and args.prompt_format not in (None, said):
        raise SystemExit(f"{args.file} was trained on prompt format {said}, not {args.prompt_format}")
    args.prompt_format = args.prompt_format if said is None else said
    if args.prompt_format is None:
        raise SystemExit(f"{args.file} does not say its prompt format; give --prompt-format")
    out = args.out or args.file.with_suffix(".cdx.json")
    out.write_text(json.dumps(card(args, gguf), indent=2, ensure_ascii=False) + "\n")
    print(f"{out}: {args.model}, {gguf.parameters:,} parameters, {gguf.form}, SHA-256 {gguf.sha256}")


if __name__ == "__main__":
    main()
