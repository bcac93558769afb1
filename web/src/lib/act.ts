// What the Patron does, from what stands in a form: pebbles become millipebbles, prices ticks.
import type { Command } from "./api-types";
import { pebbles, plural, price, words as plain } from "./format";

export const verbs = [
  "tip",
  "whisper",
  "say",
  "lend",
  "bribe",
  "broker",
  "short",
  "order",
  "legend",
  "shock",
] as const;
export type Verb = (typeof verbs)[number];

export interface Form {
  to: string;
  a: string;
  b: string;
  good: string;
  text: string;
  direction: "up" | "down";
  truth: "true" | "planted";
  side: "buy" | "sell";
  promise: "no_short" | "no_undercut" | "share_tips";
  legend: "acorn_mania" | "hollow_log" | "run_on_hoard";
  shock: "drought" | "bumper" | "road" | "bank_run" | "early_winter";
  pebbles: string;
  rate: string;
  turns: string;
  lots: string;
  collateral: string;
  price: string;
}

export const emptyForm = (creatures: readonly string[], goods: readonly string[]): Form => ({
  to: creatures[0] ?? "",
  a: creatures[0] ?? "",
  b: creatures[1] ?? "",
  good: goods[0] ?? "",
  text: "",
  direction: "up",
  truth: "true",
  side: "buy",
  promise: "no_short",
  legend: "acorn_mania",
  shock: "drought",
  pebbles: "10",
  rate: "5",
  turns: "3",
  lots: "2",
  collateral: "0",
  price: "",
});

export class Unsaid extends Error {}

/** A decimal with a point or a comma, as a whole number of its `unit`th parts. */
export function scaled(text: string, unit: number, what: string): number {
  const match = /^(\d{1,9})(?:[.,](\d{0,6}))?$/.exec(text.trim());
  if (!match) throw new Unsaid(`${what}: write a number like 12 or 12.50`);
  const value = Math.round(Number(`${match[1]}.${match[2] || "0"}`) * unit);
  if (!Number.isSafeInteger(value)) throw new Unsaid(`${what} is too large`);
  return value;
}

function whole(text: string, least: number, what: string): number {
  if (!/^\d{1,7}$/.test(text.trim()) || Number(text) < least)
    throw new Unsaid(`${what}: write a whole number from ${least}`);
  return Number(text);
}

function words(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") throw new Unsaid("Words: say something");
  if (new TextEncoder().encode(trimmed).length > 400) throw new Unsaid("Words: say it in fewer");
  return trimmed;
}

/** An empty price is a market order. */
function ticks(text: string, tickMp: number): number {
  if (text.trim() === "") return 0;
  const mp = scaled(text, 1000, "Price");
  const value = Math.round(mp / tickMp);
  if (value < 1) throw new Unsaid("Price: leave it empty for the market's, or write one above 0");
  return value;
}

/** Throws Unsaid with what is missing. */
export function act(verb: Verb, form: Form, tickMp: number): Command {
  const turns = (): number => whole(form.turns, 1, "Days");
  switch (verb) {
    case "tip":
      return {
        act: "tip",
        to: form.to,
        good: form.good,
        direction: form.direction,
        text: words(form.text),
        true: form.truth === "true",
      };
    case "whisper":
      return { act: "whisper", to: form.to, text: words(form.text) };
    case "say":
      return { act: "say", text: words(form.text) };
    case "lend": {
      const lots = whole(form.collateral, 0, "Collateral");
      return {
        act: "lend",
        to: form.to,
        principal_mp: positive(scaled(form.pebbles, 1000, "Pebbles"), "Pebbles"),
        rate_bps: scaled(form.rate, 100, "Interest"),
        turns: turns(),
        ...(lots > 0 ? { good: form.good, lots } : {}),
      };
    }
    case "bribe": {
      const text = form.text.trim();
      return {
        act: "bribe",
        to: form.to,
        pebbles_mp: positive(scaled(form.pebbles, 1000, "Pebbles"), "Pebbles"),
        ...(text === "" ? {} : { text: words(text) }),
      };
    }
    case "broker":
      if (form.a === form.b) throw new Unsaid("Choose two who are not the same");
      return { act: "broker", a: form.a, b: form.b, promise: form.promise, turns: turns() };
    case "short":
      return {
        act: "short",
        good: form.good,
        lots: whole(form.lots, 1, "Lots"),
        price: ticks(form.price, tickMp),
      };
    case "order":
      return {
        act: "order",
        good: form.good,
        side: form.side,
        lots: whole(form.lots, 1, "Lots"),
        price: ticks(form.price, tickMp),
      };
    case "legend":
      return { act: "legend", kind: form.legend, turns: turns(), by: "patron" };
    case "shock":
      return { act: "shock", kind: form.shock, turns: turns(), good: form.good, by: "patron" };
  }
}

function positive(value: number, what: string): number {
  if (value < 1) throw new Unsaid(`${what}: more than nothing`);
  return value;
}

export const promises = {
  no_short: "neither sells short what the other makes",
  no_undercut: "neither undercuts the other",
  share_tips: "each shares the tips they get",
};
export const legends = {
  acorn_mania: "The Great Acorn Mania",
  hollow_log: "The Hollow Log",
  run_on_hoard: "The Run on the Hoard",
};

/** What was commanded, in a line without the verb; "" where the verb says it all. */
export function told(command: Record<string, unknown>, tickMp: number): string {
  const text = (key: string): string => (typeof command[key] === "string" ? command[key] : "");
  const count = (key: string): number => (typeof command[key] === "number" ? command[key] : 0);
  const quoted = text("text") === "" ? "" : `“${text("text")}”`;
  const days = plural(count("turns"), "day");
  const at = count("price") === 0 ? "the market's price" : price(count("price"), tickMp);
  const named = (names: Record<string, string>, key: string): string =>
    names[text(key)] ?? plain(text(key));
  switch (text("act")) {
    case "tip":
      return `to ${text("to")}: ${text("good")} will ${text("direction") === "up" ? "rise" : "fall"}, ${command.true === true ? "true" : "planted"}. ${quoted}`;
    case "whisper":
      return `to ${text("to")}: ${quoted}`;
    case "say":
      return quoted;
    case "lend":
      return (
        `${pebbles(count("principal_mp"))} to ${text("to")} for ${days} at ${count("rate_bps") / 100} %` +
        (count("lots") > 0 ? ` against ${count("lots")} ${text("good")}` : "")
      );
    case "bribe":
      return `${pebbles(count("pebbles_mp"))} to ${text("to")} ${quoted}`.trim();
    case "broker":
      return `${text("a")} and ${text("b")}: ${named(promises, "promise")}, for ${days}`;
    case "short":
      return `${count("lots")} ${text("good")} at ${at}`;
    case "order":
      return `${text("side")} ${count("lots")} ${text("good")} at ${at}`;
    case "legend":
      return `${named(legends, "kind")}, for ${days}`;
    case "shock":
      return ["bank_run", "early_winter"].includes(text("kind")) // these choose their good
        ? `${plain(text("kind"))}, for ${days}`
        : `${plain(text("kind"))} of ${text("good")}, for ${days}`;
    default:
      return ["who", "good", "step", "mind"].flatMap((key) => text(key) || []).join(", ");
  }
}
