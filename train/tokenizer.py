"""Byte-level BPE as llama.cpp does it for `tokenizer.ggml.model=gpt2`, `pre=llama-bpe`.

    python3 train/tokenizer.py --corpus DIR        writes DIR/tokenizer.json

A number of up to three digits is one token: nothing is to be computed with it (the digest has done
that), but a price is to be copied, in one step. Other merges are learnt from the training side alone,
until no pair occurs twice.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from functools import lru_cache
from pathlib import Path

import config
from chat import SPECIALS, render

# Llama 3's pattern; Python's re has no \p{L}: a letter is what is a word but neither digit nor "_".
_LETTER = r"[^\W\d_]"
_MARK = r"(?:[^\s\w]|_)"
_SPLIT = re.compile(
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
    rf"|(?:[^\S\r\n]|{_MARK})?{_LETTER}+|\d{{1,3}}| ?{_MARK}+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CONTROL = re.compile("(" + "|".join(re.escape(name) for name in SPECIALS) + ")")


def _symbols() -> list[str]:
    """The printable stand-in of each byte, as all byte-level vocabularies have it."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    out, extra = [], 256
    for byte in range(256):
        if byte in shown:
            out.append(chr(byte))
        else:
            out.append(chr(extra))
            extra += 1
    return out


SYMBOLS = _symbols()
_BYTES = {symbol: byte for byte, symbol in enumerate(SYMBOLS)}


def pieces(text: str) -> list[str]:
    """What is merged within, as symbols of bytes."""
    return ["".join(SYMBOLS[b] for b in word.encode()) for word in _SPLIT.findall(text)]


class Tokenizer:
    def __init__(self, merges: list[tuple[str, str]]) -> None:
        self.merges = merges
        self.tokens = [*SPECIALS, *SYMBOLS, *(a + b for a, b in merges)]
        self.ids = {token: at for at, token in enumerate(self.tokens)}
        self._rank = {pair: at for at, pair in enumerate(merges)}
        self._word = lru_cache(maxsize=200_000)(self._merge)

    def _merge(self, word: str) -> list[int]:
        if word in self.ids:  # as llama.cpp does for this pattern: what is a token is not taken apart
            return [self.ids[word]]
        parts = list(word)
        while len(parts) > 1:
            ranks = [self._rank.get(pair, len(self.merges)) for pair in zip(parts, parts[1:])]
            best = min(ranks)
            if best == len(self.merges):
                break
            at = ranks.index(best)
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return [self.ids[part] for part in parts]

    def encode(self, text: str) -> list[int]:
        """Control tokens are recognised by name."""
        out: list[int] = []
        for part in _CONTROL.split(text):
            if part in SPECIALS:
                out.append(self.ids[part])
            else:
                for word in pieces(part):
                    out += self._word(word)
        return out

    def decode(self, ids: list[int]) -> str:
        out = b""
        for token in ids:
            name = self.tokens[token]
            out += name.encode() if token < len(SPECIALS) else bytes(_BYTES[s] for s in name)
        return out.decode("utf8", "replace")

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.merges, ensure_ascii=False))

    @staticmethod
    def load(path: Path) -> Tokenizer:
        return Tokenizer([(a, b) for a, b in json.loads(path.read_text())])


def numbers() -> list[tuple[str, str]]:
    """Merges that make one token of every number of two and of three digits."""
    two = [(a, b) for a in "0123456789" for b in "0123456789"]
    return [*two, *((a + b, c) for a, b in two for c in "0123456789")]


def learn(words: Counter[str], merges_max: int) -> Tokenizer:
    """Merges the most frequent pair until none occurs twice; of equals, the last in order."""
    texts = [word for word in words if not word.isdigit()]
    parts = [list(word) for word in texts]
    counts = [words[word] for word in texts]
    pairs: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[int]] = defaultdict(set)
    for at, word in enumerate(parts):
        for pair in zip(word, word[1:]):
            pairs[pair] += counts[at]
            where[pair].add(at)
    merges = numbers()
    while pairs and len(merges) < merges_max:
        best, count = max(pairs.items(), key=lambda item: (item[1], item[0]))
        if count < 2:
            break
        merges.append(best)
        for at in where.pop(best):
            word = parts[at]
            for pair in zip(word, word[1:]):
                pairs[pair] -= counts[at]
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [best[0] + best[1]]
                i += 1
            for pair in zip(word, word[1:]):
                pairs[pair] += counts[at]
                where[pair].add(at)
        pairs.pop(best, None)
    return Tokenizer(merges)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--config", type=Path, default=config.HERE / "config.toml")
    words.add_argument("--corpus", type=Path, required=True)
    args = words.parse_args()
    counts: Counter[str] = Counter()
    with open(args.corpus / "train.jsonl") as lines:
        for line in lines:
            example = json.loads(line)
            for part in _CONTROL.split(render(example["messages"])):
                if part not in SPECIALS:
                    counts.update(pieces(part))
            counts.update(pieces(example["answer"]))
    tokenizer = learn(counts, config.load(args.config).merges_max)
    tokenizer.save(args.corpus / "tokenizer.json")
    print(f"{len(counts)} kinds of words, {len(tokenizer.tokens)} tokens")


if __name__ == "__main__":
    main()
