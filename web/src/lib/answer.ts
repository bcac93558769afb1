// An answer as its schema bounded it: which of its characters the model chose, and which it could
// not have written otherwise. The record flags tokens, not characters; what is greyed here follows
// from the schema, and the tokens' own flags are drawn beside it.

export interface Piece {
  text: string;
  /** Keys, brackets, commas; the quotes of a value from a list. */
  fixed: boolean;
}

interface Schema {
  type?: unknown;
  const?: unknown;
  enum?: unknown;
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;

/** The values that a schema lists; null: it is free. */
function listed(schema: Schema | undefined): unknown[] | null {
  if (schema === undefined) return null;
  if ("const" in schema) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : null;
}

/** What several alternatives allow for one member: their lists together, or the first that is free. */
function either(those: readonly Schema[]): Schema | undefined {
  const lists = those.map(listed);
  return lists.every((each) => each !== null) && lists.length > 0
    ? { enum: [...new Set(lists.flat())] }
    : those.find((each) => listed(each) === null);
}

class Reader {
  private at = 0;
  readonly pieces: Piece[] = [];
  constructor(private readonly text: string) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  value(schema: Schema | undefined): boolean {
    this.blank();
    const char = this.text[this.at];
    if (char === "{") return this.members(schema);
    if (char === "[") return this.items(schema);
    if (char === '"') return this.string(listed(schema));
    const match = /^(-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null)/.exec(this.text.slice(this.at));
    if (!match) return false;
    this.put(match[0], listed(schema)?.length === 1);
    return true;
  }

  rest(): void {
    if (!this.done) this.put(this.text.slice(this.at), false);
  }

  // Of alternatives those go on that allow what was written so far.
  private members(schema: Schema | undefined): boolean {
    let open = schema?.oneOf ?? (schema ? [schema] : []);
    this.put("{", true);
    this.blank();
    if (this.text[this.at] === "}") return this.put("}", true);
    for (;;) {
      this.blank();
      const key = /^"((?:[^"\\]|\\.)*)"/.exec(this.text.slice(this.at));
      if (!key) return false;
      this.put(key[0], true);
      this.blank();
      if (this.text[this.at] !== ":") return false;
      this.put(":", true);
      const name = key[1]!;
      const start = this.at;
      if (!this.value(either(open.flatMap((each) => each.properties?.[name] ?? [])))) return false;
      const written = this.text.slice(start, this.at).trim();
      open = open.filter((each) => {
        const values = listed(each.properties?.[name]);
        return values === null || values.some((value) => JSON.stringify(value) === written);
      });
      if (!this.comma("}")) return false;
      if (this.pieces.at(-1)?.text.endsWith("}")) return true;
    }
  }

  private items(schema: Schema | undefined): boolean {
    this.put("[", true);
    this.blank();
    if (this.text[this.at] === "]") return this.put("]", true);
    for (;;) {
      if (!this.value(schema?.items)) return false;
      if (!this.comma("]")) return false;
      if (this.pieces.at(-1)?.text.endsWith("]")) return true;
    }
  }

  private comma(end: string): boolean {
    this.blank();
    const char = this.text[this.at];
    return char === "," || char === end ? this.put(char, true) : false;
  }

  // Of a text that is free the model chose where it ends; of one from a list, which it is, unless
  // there was only one.
  private string(values: unknown[] | null): boolean {
    const match = /^"((?:[^"\\]|\\.)*)"/.exec(this.text.slice(this.at));
    if (!match) return false;
    this.put('"', true);
    if (match[1] !== "") this.put(match[1]!, values?.length === 1);
    return this.put('"', values !== null);
  }

  private blank(): void {
    const match = /^\s+/.exec(this.text.slice(this.at));
    if (match) this.put(match[0], true);
  }

  private put(text: string, fixed: boolean): true {
    const last = this.pieces.at(-1);
    if (last?.fixed === fixed) last.text += text;
    else this.pieces.push({ text, fixed });
    this.at += text.length;
    return true;
  }
}

/** What is no JSON is one piece that the model chose. */
export function pieces(text: string, schema: unknown): Piece[] {
  const reader = new Reader(text);
  reader.value(isSchema(schema) ? schema : undefined);
  reader.rest();
  return reader.pieces;
}

/** Whether two JSON values say the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && sameJson(left[key], right[key]))
  );
}
