"""A trained model as a GGUF file that any llama.cpp program loads.

    python3 train/export.py --model house-llama --corpus DIR --out DIR [--form f16|q8_0|f32]

Reads DIR/NAME.pt, writes DIR/NAME-FORM.gguf with tokenizer and chat template. Queries and keys are
trained with halves that turn against each other; llama.cpp's "llama" turns neighbours, so for it the
rows of each head are put in that order.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch

import chat
import config
from gguf import BOOL, F32, I32, STRING, U32, Writer
from model import ATTENTION_CAP, FORM, LOGIT_CAP, Block, Model
from tokenizer import Tokenizer

CONTROL, NORMAL = 3, 1  # kinds of tokens, as GGUF numbers them
SLIDING_WINDOW = 4_096  # beyond every context of ours: no layer is cut


def load(recipe: config.Config, name: str, corpus: Path, out: Path) -> tuple[Model, Tokenizer, dict]:
    """The model, its tokenizer, and the checkpoint that it is from."""
    tokenizer = Tokenizer.load(corpus / "tokenizer.json")
    held = torch.load(out / f"{name}.pt", map_location="cpu")
    digest = hashlib.sha256((corpus / "tokenizer.json").read_bytes()).hexdigest()
    if held["source"]["tokenizer_sha256"] != digest:
        raise SystemExit(f"{out / name}.pt was trained with another tokenizer than that of {corpus}")
    if held["source"].get("form") != FORM:
        raise SystemExit(f"{out / name}.pt was trained as form {held['source'].get('form')} of the model, not {FORM}")
    model = Model(recipe.models[name], len(tokenizer.tokens), recipe.context, recipe.rope_base)
    model.load_state_dict(held["model"])
    return model.eval(), tokenizer, held


def put_source(writer: Writer, held: dict) -> None:
    """Where the weights come from, for the card: what a recipe says today need not be it."""
    corpus, shape = held["source"]["corpus"], held["shape"]
    recipe = corpus["recipe"]
    writer.put("wood.prompt_format", U32, corpus["prompt_format"])
    writer.put("wood.seeds", U32, recipe["seeds"])
    writer.put("wood.held_every", U32, recipe["held_every"])
    writer.put("wood.turns", U32, recipe["turns"])
    writer.put("wood.scenarios", STRING, ",".join(recipe["scenarios"]))
    writer.put("wood.shuffle_tempers_ppm", U32, recipe["shuffle_tempers_ppm"])
    writer.put("wood.left_out", I32, shape["left_out"])
    writer.put("wood.temper", STRING, shape["temper"])
    writer.put("wood.steps", U32, held["step"])
    writer.put("wood.tokens", U32, held["tokens"])
    writer.put("wood.cpu_seconds", U32, round(held["cpu_seconds"]))


def interleaved(rows: np.ndarray, heads: int) -> np.ndarray:
    """Each head's rows (first half, second half) as neighbours."""
    shape = rows.shape
    return rows.reshape(heads, 2, -1, *shape[1:]).swapaxes(1, 2).reshape(shape)


def put_shape(writer: Writer, model: Model, vocabulary: int) -> None:
    s = model.shape
    for key, value in (
        ("context_length", model.context),
        ("embedding_length", s.width),
        ("block_count", s.layers),
        ("feed_forward_length", s.hidden),
        ("attention.head_count", s.heads),
        ("attention.head_count_kv", s.kv_heads),
        ("rope.dimension_count", s.head),
        ("vocab_size", vocabulary),
    ):
        writer.own(key, U32, value)
    writer.own("attention.layer_norm_rms_epsilon", F32, s.epsilon)
    writer.own("rope.freq_base", F32, model.rope_base)
    if s.arch in ("mistral", "gemma2"):
        writer.own("attention.key_length", U32, s.head)
        writer.own("attention.value_length", U32, s.head)
    if s.arch == "gemma2":
        writer.own("attn_logit_softcapping", F32, ATTENTION_CAP)
        writer.own("final_logit_softcapping", F32, LOGIT_CAP)
        writer.own("attention.sliding_window", U32, SLIDING_WINDOW)


def put_tokenizer(writer: Writer, tokenizer: Tokenizer) -> None:
    kinds = [CONTROL if at < len(chat.SPECIALS) else NORMAL for at in range(len(tokenizer.tokens))]
    writer.put("tokenizer.ggml.model", STRING, "gpt2")
    writer.put("tokenizer.ggml.pre", STRING, "llama-bpe")
    writer.put_list("tokenizer.ggml.tokens", STRING, tokenizer.tokens)
    writer.put_list("tokenizer.ggml.token_type", I32, kinds)
    writer.put_list("tokenizer.ggml.merges", STRING, [f"{a} {b}" for a, b in tokenizer.merges])
    writer.put("tokenizer.ggml.eos_token_id", U32, tokenizer.ids[chat.END])
    writer.put("tokenizer.ggml.bos_token_id", U32, tokenizer.ids[chat.END])
    writer.put("tokenizer.ggml.padding_token_id", U32, tokenizer.ids["<|pad|>"])
    writer.put("tokenizer.ggml.add_bos_token", BOOL, False)
    writer.put("tokenizer.ggml.add_eos_token", BOOL, False)
    writer.put("tokenizer.chat_template", STRING, chat.JINJA)


def put_block(writer: Writer, block: Block, at: int) -> None:
    s, name = block.shape, f"blk.{at}."
    sizes = (s.heads * s.head, s.kv_heads * s.head, s.kv_heads * s.head)
    qkv = block.qkv.weight.detach().numpy()
    both = block.gate_up.weight.detach().numpy()
    if s.arch == "phi3":  # fused, gate rows first
        writer.tensor(name + "attn_qkv.weight", qkv)
        writer.tensor(name + "ffn_up.weight", both)
    else:
        q, k, v = np.split(qkv, np.cumsum(sizes)[:-1])
        if s.arch in ("llama", "mistral"):
            q, k = interleaved(q, s.heads), interleaved(k, s.kv_heads)
        for part, rows in (("q", q), ("k", k), ("v", v)):
            writer.tensor(f"{name}attn_{part}.weight", rows)
        writer.tensor(name + "ffn_gate.weight", both[: s.hidden])
        writer.tensor(name + "ffn_up.weight", both[s.hidden :])
    if block.qkv.bias is not None:
        biases = np.split(block.qkv.bias.detach().numpy(), np.cumsum(sizes)[:-1])
        for part, bias in zip("qkv", biases):
            writer.tensor(f"{name}attn_{part}.bias", bias)
    norms = [("attn_norm", block.before), ("ffn_norm", block.between)]
    if s.arch == "gemma2":
        norms += [("post_attention_norm", block.behind_attention),
                  ("post_ffw_norm", block.behind_forward)]  # fmt: skip
    for part, norm in norms:
        writer.tensor(f"{name}{part}.weight", norm.weight.detach().numpy())
    writer.tensor(name + "attn_output.weight", block.out.weight.detach().numpy())
    writer.tensor(name + "ffn_down.weight", block.down.weight.detach().numpy())


def export(model: Model, tokenizer: Tokenizer, name: str, form: str, path: Path,
           held: dict | None = None) -> None:  # fmt: skip
    """Without a checkpoint, as for a check of random weights, the file says nothing of a source."""
    arch = {"mistral": "llama"}.get(model.shape.arch, model.shape.arch)
    writer = Writer(arch, form)
    writer.put("general.name", STRING, name)
    writer.put("general.license", STRING, "apache-2.0")
    if held is not None:
        put_source(writer, held)
    put_shape(writer, model, len(tokenizer.tokens))
    put_tokenizer(writer, tokenizer)
    # What gemma2 multiplies in when it runs is multiplied in here; a tied head takes it out again.
    longer = 1.0 if model.shape.arch == "gemma2" else model.shape.width**0.5
    shorter = 1.0 / longer if model.shape.tied else 1.0
    writer.tensor("token_embd.weight", model.embedding.weight.detach().numpy() * longer)
    writer.tensor("output_norm.weight", model.last.weight.detach().numpy() * shorter)
    if model.head is not None:
        writer.tensor("output.weight", model.head.weight.detach().numpy())
    for at, block in enumerate(model.blocks):
        put_block(writer, block, at)
    writer.write(path)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--config", type=Path, default=config.HERE / "config.toml")
    words.add_argument("--model", required=True)
    words.add_argument("--corpus", type=Path, required=True)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--form", choices=["f16", "q8_0", "f32"], help="else the recipe's")
    args = words.parse_args()
    recipe = config.load(args.config)
    model, tokenizer, held = load(recipe, args.model, args.corpus, args.out)
    form = args.form or recipe.form
    path = args.out / f"{args.model}-{form}.gguf"
    export(model, tokenizer, args.model, form, path, held)
    print(f"{path}: {path.stat().st_size:,} bytes, {model.count():,} parameters")


if __name__ == "__main__":
    main()
