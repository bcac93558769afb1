import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import {
  climb,
  entryOf,
  fromBase64,
  hex,
  leafHash,
  readCheckpoint,
  readKey,
  readProof,
  tampered,
  verifyProof,
} from "../src/lib/proof";

const file = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

// What `wood export --proof 1329` wrote of a run of 5,991 entries.
const proof = file("fixtures/decision.tlog-proof");
const key = file("fixtures/decision.vkey").trim();
const wanted = { key, index: 1329, origin: "wood/five-labs-7" };

// The worked example of the format's own document.
const blocks = new Map<string, string>();
for (const [, name = "", text = ""] of file("../../docs/formats/ledger.md").matchAll(
  /```([\w-]+)\n(.*?)```/gs,
))
  if (!blocks.has(name)) blocks.set(name, text);
const example = { proof: blocks.get("tlog-proof")!, key: blocks.get("vkey")!.trim() };

const red = async (text: string, other: Partial<typeof wanted> = {}): Promise<string> => {
  const verdict = await verifyProof(text, { ...wanted, ...other });
  expect(verdict.ok).toBe(false);
  return verdict.findings
    .filter((finding) => !finding.ok)
    .map((finding) => finding.text)
    .join(" ");
};

const edited = (line: number, edit: (text: string) => string): string =>
  proof
    .split("\n")
    .map((text, i) => (i === line ? edit(text) : text))
    .join("\n");

describe("a proof", () => {
  it("that wood export wrote verifies", async () => {
    const verdict = await verifyProof(proof, wanted);
    expect(verdict.findings.filter((finding) => !finding.ok)).toEqual([]);
    expect(verdict.ok).toBe(true);
    expect(verdict.rungs).toHaveLength(13);
    expect(verdict.rungs.at(-1)!.parent).toBe(verdict.root);
    const entry = entryOf(verdict.proof!)!;
    expect(entry.seq).toBe(1329);
    expect(entry.body).toMatchObject({ good: "firewood", what: "order", who: "fenn" });
  });

  it("of the format's document verifies", async () => {
    const verdict = await verifyProof(example.proof, {
      key: example.key,
      index: 3,
      origin: "wood/example",
    });
    expect(verdict.ok).toBe(true);
    expect(entryOf(verdict.proof!)!.text).toBe(blocks.get("record")!.split("\n")[3]);
  });

  it("is refused when one character of the entry changed", async () => {
    const bad = tampered(proof);
    expect(bad).not.toBe(proof);
    expect(await red(bad)).toContain("another root");
  });

  it("is refused when any byte of any part changed", async () => {
    const lines = proof.trimEnd().split("\n");
    const dash = lines.length - 1;
    for (let line = 0; line < lines.length; line += 1) {
      if (lines[line] === "") continue;
      const at = line === dash ? lines[line]!.length - 20 : Math.floor(lines[line]!.length / 2);
      const swap = (char: string): string =>
        char === "A" ? "B" : /\d/.test(char) ? String((Number(char) + 1) % 10) : "A";
      const bad = edited(line, (text) => text.slice(0, at) + swap(text[at]!) + text.slice(at + 1));
      expect((await verifyProof(bad, wanted)).ok, `line ${line}`).toBe(false);
    }
  });

  it("of another entry, log or key is refused by name", async () => {
    expect(await red(proof, { index: 1330 })).toContain("about entry 1329, not 1330");
    expect(await red(proof, { origin: "wood/other" })).toContain("The log is wood/five-labs-7");
    expect(await red(proof, { key: example.key })).toContain("no signature of example+c1ca759e");
    expect(await red(proof, { key: "wood+00000000+AA==" })).toContain("Ed25519");
    expect(await red(proof, { key: `${key.slice(0, 5)}00000000${key.slice(13)}` })).toContain("id");
  });

  it("with a path that is too short or too long for its place is refused", async () => {
    expect(
      await red(
        proof
          .split("\n")
          .filter((_, i) => i !== 5)
          .join("\n"),
      ),
    ).toContain("length");
    const path = proof.split("\n")[4]!;
    expect(await red(edited(4, () => `${path}\n${path}`))).toMatch(/length|root/);
    expect(
      await red(
        edited(2, () => "index 5991"),
        { index: 5991 },
      ),
    ).toContain("length");
  });

  it("that is no proof is refused and nothing is thrown", async () => {
    for (const text of [
      "",
      "c2sp.org/tlog-proof@v1",
      "<b>no</b>",
      proof.slice(0, 200),
      proof.replace("\n\n", "\n"),
      edited(2, () => "index -1"),
      edited(2, () => "index 01329"),
      edited(2, () => "index 9007199254740993"),
    ])
      expect(await red(text)).toContain("Refused");
  });
});

describe("the tree", () => {
  const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
  it("hashes leaves and nodes as RFC 6962 does", async () => {
    // The empty leaf, and the tree of it and "00": known values of the RFC's reference implementation.
    expect(hex(await leafHash(text("")))).toBe(
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    );
    const right = await leafHash(Uint8Array.of(0));
    const found = await climb(await leafHash(text("")), 0, 2, [right]);
    expect(hex(found!.root)).toBe(
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    );
  });

  // A tree made the slow way, against which every path of every size is climbed.
  type Digest = Uint8Array<ArrayBuffer>;
  async function node(left: Digest, right: Digest): Promise<Digest> {
    const both = new Uint8Array([1, ...left, ...right]);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", both));
  }
  const split = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1);
  async function root(leaves: Digest[]): Promise<Digest> {
    if (leaves.length === 1) return leaves[0]!;
    const k = split(leaves.length);
    return node(await root(leaves.slice(0, k)), await root(leaves.slice(k)));
  }
  async function path(leaves: Digest[], at: number): Promise<Digest[]> {
    if (leaves.length === 1) return [];
    const k = split(leaves.length);
    return at < k
      ? [...(await path(leaves.slice(0, k), at)), await root(leaves.slice(k))]
      : [...(await path(leaves.slice(k), at - k)), await root(leaves.slice(0, k))];
  }
  it("climbs every path of trees of up to 20 leaves to its root, and no other place's", async () => {
    const leaves = await Promise.all(
      Array.from({ length: 20 }, (_, i) => leafHash(text(`leaf ${i}`))),
    );
    for (let size = 1; size <= 20; size += 1) {
      const some = leaves.slice(0, size);
      const wantedRoot = hex(await root(some));
      for (let at = 0; at < size; at += 1) {
        const way = await path(some, at);
        expect(hex((await climb(some[at]!, at, size, way))!.root), `${at} of ${size}`).toBe(
          wantedRoot,
        );
        const other = await climb(some[at]!, (at + 1) % size, size, way);
        if (size > 1 && other) expect(hex(other.root)).not.toBe(wantedRoot);
      }
    }
  });
});

describe("parts", () => {
  it("base64 has one spelling", () => {
    expect(hex(fromBase64("AAEC"))).toBe("000102");
    for (const bad of ["AAE", "AAF=", "A AEC", "AAE\n", "====", "AA-_"])
      expect(() => fromBase64(bad), bad).toThrow();
  });
  it("a checkpoint keeps the bytes that are signed", () => {
    const { signed, origin, size } = readCheckpoint(readProofText());
    expect([origin, size]).toEqual(["wood/five-labs-7", 5991]);
    expect(new TextDecoder().decode(signed)).toMatch(/^wood\/five-labs-7\n5991\n[^\n]{44}\n$/);
  });
  it("a key's id is held to the key", async () => {
    expect((await readKey(key)).bytes).toHaveLength(32);
    expect((await readKey(example.key)).id).toBe("c1ca759e");
  });
  const readProofText = (): string => {
    expect(readProof(proof).path).toHaveLength(13);
    return proof.slice(proof.indexOf("\n\n") + 2);
  };
});
