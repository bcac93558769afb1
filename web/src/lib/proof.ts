// Verifies a .tlog-proof (docs/formats/ledger.md) with nothing but this file and the browser's
// WebCrypto: that the entry hashes up its path to the root, and that the root is signed. Nothing that
// the server computed is believed; it gives the proof's text, and the key stands apart from it.

export interface Proof {
  extra: Uint8Array<ArrayBuffer>;
  index: number;
  path: Uint8Array<ArrayBuffer>[];
  checkpoint: Checkpoint;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array<ArrayBuffer>;
  /** The bytes that are signed. */
  signed: Uint8Array<ArrayBuffer>;
  signatures: { name: string; id: string; signature: Uint8Array<ArrayBuffer> }[];
}

export interface Key {
  name: string;
  /** Eight hex digits. */
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** One step up the tree: the sibling stands left or right, and what comes of both. */
export interface Rung {
  side: "left" | "right";
  sibling: string;
  parent: string;
}

export interface Finding {
  ok: boolean;
  /** What holds, or what does not. */
  text: string;
}

export interface Verdict {
  ok: boolean;
  findings: Finding[];
  leaf: string;
  rungs: Rung[];
  root: string;
  proof: Proof | null;
}

class Malformed extends Error {}

const utf8 = new TextEncoder();

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Strict base64: the one spelling of these bytes, with its padding. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new Malformed("what should be base64 is not");
  const raw = atob(text);
  const bytes = Uint8Array.from(raw, (char) => char.charCodeAt(0));
  if (btoa(raw) !== text) throw new Malformed("what should be base64 has bits to spare");
  return bytes;
}

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

// A number without sign or leading zero that a double holds exactly.
function natural(text: string): number {
  if (!/^(0|[1-9]\d{0,15})$/.test(text) || Number(text) > Number.MAX_SAFE_INTEGER)
    throw new Malformed(`"${text.slice(0, 20)}" is no number of an entry`);
  return Number(text);
}

function readDigest(line: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64(line);
  if (bytes.length !== 32) throw new Malformed("a hash of the path is not 32 bytes long");
  return bytes;
}

/** A signed note (C2SP signed-note) that holds a checkpoint (C2SP tlog-checkpoint). */
export function readCheckpoint(note: string): Checkpoint {
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0 || !note.endsWith("\n")) throw new Malformed("the checkpoint is no signed note");
  const body = note.slice(0, gap + 1);
  const [origin, size, root, ...rest] = body.split("\n");
  if (!origin || size === undefined || root === undefined || rest.length === 0)
    throw new Malformed("the checkpoint has not the three lines that it needs");
  const signatures = note
    .slice(gap + 2, -1)
    .split("\n")
    .map((line) => {
      const match = /^— (\S+) (\S+)$/.exec(line);
      const bytes = match ? fromBase64(match[2]!) : null;
      if (!match || !bytes || bytes.length < 5)
        throw new Malformed("a line of signature of the checkpoint is malformed");
      return { name: match[1]!, id: hex(bytes.slice(0, 4)), signature: bytes.slice(4) };
    });
  return {
    origin,
    size: natural(size),
    root: readDigest(root),
    signed: utf8.encode(body),
    signatures,
  };
}

/** C2SP tlog-proof. */
export function readProof(text: string): Proof {
  const [head, extra, index, ...rest] = text.split("\n");
  if (head !== "c2sp.org/tlog-proof@v1") throw new Malformed("this is no tlog-proof");
  if (!extra?.startsWith("extra ") || !index?.startsWith("index "))
    throw new Malformed("the proof names no entry");
  const gap = rest.indexOf("");
  if (gap < 0) throw new Malformed("the proof has no checkpoint");
  return {
    extra: fromBase64(extra.slice(6)),
    index: natural(index.slice(6)),
    path: rest.slice(0, gap).map(readDigest),
    checkpoint: readCheckpoint(rest.slice(gap + 1).join("\n")),
  };
}

/** `name+id+base64(0x01 ‖ public key)`; the id is held to the rest. */
export async function readKey(text: string): Promise<Key> {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim());
  const raw = match ? fromBase64(match[3]!) : null;
  if (!match || !raw || raw.length !== 33 || raw[0] !== 1)
    throw new Malformed("the key is not NAME+ID+BASE64 of an Ed25519 key");
  const [, name = "", id = ""] = match;
  const digest = await sha256(utf8.encode(`${name}\n`), raw);
  if (hex(digest.slice(0, 4)) !== id) throw new Malformed("the key's id is not that of the key");
  return { name, id, bytes: raw.slice(1) };
}

export const leafHash = (entry: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  sha256(Uint8Array.of(0), entry);

/** RFC 9162, 2.1.3.2: the root that an inclusion path leads to, and the steps. Null: a path of a
 *  wrong length for that place in a tree of that size. */
export async function climb(
  leaf: Uint8Array<ArrayBuffer>,
  index: number,
  size: number,
  path: readonly Uint8Array<ArrayBuffer>[],
): Promise<{ root: Uint8Array<ArrayBuffer>; rungs: Rung[] } | null> {
  if (index >= size) return null;
  let node = BigInt(index);
  let last = BigInt(size) - 1n;
  let hash = leaf;
  const rungs: Rung[] = [];
  for (const sibling of path) {
    if (last === 0n) return null;
    const left = (node & 1n) === 1n || node === last;
    hash = left
      ? await sha256(Uint8Array.of(1), sibling, hash)
      : await sha256(Uint8Array.of(1), hash, sibling);
    rungs.push({ side: left ? "left" : "right", sibling: hex(sibling), parent: hex(hash) });
    if (left)
      while ((node & 1n) === 0n && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? { root: hash, rungs } : null;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => hex(a) === hex(b);

async function signatureFinding(checkpoint: Checkpoint, key: Key): Promise<Finding> {
  const mine = checkpoint.signatures.filter((each) => each.name === key.name && each.id === key.id);
  if (mine.length === 0)
    return { ok: false, text: `The checkpoint bears no signature of ${key.name}+${key.id}.` };
  let imported: CryptoKey;
  try {
    imported = await crypto.subtle.importKey("raw", key.bytes, "Ed25519", false, ["verify"]);
  } catch {
    return { ok: false, text: "This browser cannot check Ed25519: `wood verify --proof` can." };
  }
  for (const { signature } of mine)
    if (!(await crypto.subtle.verify("Ed25519", imported, signature, checkpoint.signed)))
      return { ok: false, text: "The signature is not that of this checkpoint." };
  return { ok: true, text: `Signed by ${key.name}+${key.id} (Ed25519).` };
}

export interface Wanted {
  /** The verifier key as text. */
  key: string;
  /** What the proof has to be about; null: whatever it says. */
  index: number | null;
  origin: string | null;
}

/** Checks everything and says of each part whether it holds; never throws. */
export async function verifyProof(text: string, wanted: Wanted): Promise<Verdict> {
  const out: Verdict = { ok: false, findings: [], leaf: "", rungs: [], root: "", proof: null };
  const say = (ok: boolean, yes: string, no: string): void => {
    out.findings.push({ ok, text: ok ? yes : no });
  };
  try {
    if (!globalThis.crypto?.subtle)
      throw new Malformed("a browser does this only on https or on this machine (localhost)");
    const proof = readProof(text);
    const { checkpoint } = proof;
    out.proof = proof;
    if (wanted.index !== null)
      say(
        proof.index === wanted.index,
        `It is about entry ${wanted.index}.`,
        `It is about entry ${proof.index}, not ${wanted.index}.`,
      );
    if (wanted.origin !== null)
      say(
        checkpoint.origin === wanted.origin,
        `The log is ${wanted.origin}.`,
        `The log is ${checkpoint.origin}, not ${wanted.origin}.`,
      );
    const leaf = await leafHash(proof.extra);
    out.leaf = hex(leaf);
    const climbed = await climb(leaf, proof.index, checkpoint.size, proof.path);
    out.rungs = climbed?.rungs ?? [];
    out.root = hex(checkpoint.root);
    say(
      climbed !== null && same(climbed.root, checkpoint.root),
      `${proof.path.length} hashes lead from the entry to the root of ${checkpoint.size} entries.`,
      climbed === null
        ? "The path has not the length that this place in the tree needs."
        : "The entry's hashes lead to another root: it is not what was signed.",
    );
    out.findings.push(await signatureFinding(checkpoint, await readKey(wanted.key)));
    out.ok = out.findings.every((finding) => finding.ok);
  } catch (error) {
    const what = error instanceof Malformed ? error.message : "the proof cannot be read";
    out.findings.push({ ok: false, text: `Refused: ${what}.` });
  }
  return out;
}

/** Whether the proof's entry says what the page shows of it. */
export function entryOf(proof: Proof): { seq: number; body: unknown; text: string } | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(proof.extra);
    const entry = JSON.parse(text) as { seq?: unknown; body?: unknown };
    return typeof entry.seq === "number" ? { seq: entry.seq, body: entry.body, text } : null;
  } catch {
    return null;
  }
}

/** The same proof with one character of its entry changed: what a forger would send. */
export function tampered(text: string): string {
  const lines = text.split("\n");
  const proof = readProof(text);
  const bytes = proof.extra.slice();
  const at = bytes.findIndex((byte) => byte >= 0x30 && byte <= 0x38); // a digit below 9
  const place = at < 0 ? 0 : at;
  bytes[place] = bytes[place]! + 1;
  lines[1] = `extra ${btoa(String.fromCharCode(...bytes))}`;
  return lines.join("\n");
}
