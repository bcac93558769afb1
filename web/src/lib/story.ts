// The minutes of a day as something to read: sections, who speaks, what is quoted and why.
import type { Line } from "./api-types";
import { capital } from "./format";

export interface Told {
  entry: number | null;
  who: string;
  text: string;
  quote: string;
  reason: string;
  tone: "even" | "loud" | "secret" | "quiet";
}

export interface Section {
  name: string;
  id: string;
  lines: Told[];
}

/** A line's parts: `NAME does this: "words" — because`. What fits no part stays text. */
export function tell(line: Line, names: readonly string[]): Told {
  let text = line.text;
  let reason = "";
  let quote = "";
  const dash = text.lastIndexOf(" — ");
  const closing = text.lastIndexOf('"');
  if (dash > closing) {
    reason = text.slice(dash + 3);
    text = text.slice(0, dash);
  }
  const opening = text.indexOf(': "');
  if (opening >= 0 && text.endsWith('"') && text.length > opening + 3) {
    quote = text.slice(opening + 3, -1);
    text = text.slice(0, opening);
  }
  const first = text.split(" ", 1)[0] ?? "";
  const who = names.includes(first) ? first : "";
  if (who) text = text.slice(who.length).trimStart();
  const secret = line.section === "Talk" && /^(whispers|tips) /.test(text);
  return {
    entry: line.entry,
    who: capital(who),
    text: who ? text : capital(text),
    quote,
    reason,
    tone:
      line.section === "News"
        ? "loud"
        : secret
          ? "secret"
          : text.startsWith("the villagers ")
            ? "quiet"
            : "even",
  };
}

/** In the order given; the state's hash is for the ledger, not for a reader. */
export function story(lines: readonly Line[], creatures: readonly string[]): Section[] {
  const names = [...creatures, "patron", "treasury"];
  const out: Section[] = [];
  for (const line of lines) {
    if (line.entry === null && /^(state [0-9a-f]{64}|counts: )/.test(line.text)) continue;
    let section = out.find((each) => each.name === line.section);
    if (!section) {
      section = {
        name: line.section,
        id: line.section.toLowerCase().replace(/\W+/g, "-"),
        lines: [],
      };
      out.push(section);
    }
    section.lines.push(tell(line, names));
  }
  return out;
}
