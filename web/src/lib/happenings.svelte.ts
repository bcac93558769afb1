// What stands out in a run: news and legends, and what the magistrate found. Marked on the chart and
// on the line of days.
import type { Facts, Verdicts } from "./api-types";
import { capital, offence } from "./format";
import { resource } from "./wood.svelte";
import { wood } from "./wood.svelte";

export interface Happening {
  turn: number;
  entry: number;
  kind: "news" | "verdict";
  /** The good that it is about; empty: all of them, or none. */
  good: string;
  direction: string;
  text: string;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export function happenings(): { readonly all: Happening[] } {
  const facts = resource<Facts>(
    () => (wood.stamp, wood.known ? "/v1/facts?kind=news&limit=500" : null),
  );
  const verdicts = resource<Verdicts>(() => (wood.stamp, wood.known ? "/v1/verdicts" : null));
  const all = $derived.by(() => {
    const out: Happening[] = [];
    for (const { turn, entry, data, by } of facts.data?.facts ?? []) {
      const [good, direction, text] = [data.good, data.direction, data.text].map(textOf);
      // A verdict is news too; it stands here as what it is.
      if (by === "world" && text!.startsWith("The magistrate: ")) continue;
      out.push({ turn, entry, kind: "news", good: good!, direction: direction!, text: text! });
    }
    for (const { turn, entry, who, sentence, reason } of verdicts.data?.verdicts ?? [])
      out.push({
        turn,
        entry,
        kind: "verdict",
        good: "",
        direction: "",
        text: `${capital(who)}, ${sentence} for ${offence(reason)}`,
      });
    return out.sort((a, b) => a.entry - b.entry);
  });
  return {
    get all() {
      return all;
    },
  };
}
