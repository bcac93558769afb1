// Numbers and names as people read them. Amounts come as integers: millipebbles, ticks, parts per
// million; nothing is computed with what is written here.

const minus = "−"; // a minus sign, as wide as a plus

/** Millipebbles as pebbles, rounded half away from zero: 5020 is "5.02". */
export function pebbles(mp: number, digits = 2): string {
  const text = (Math.round((Math.abs(mp) / 1000) * 10 ** digits) / 10 ** digits).toFixed(digits);
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, "\u2009"); // thin spaces
  const negative = mp < 0 && Number(text) !== 0;
  return (negative ? minus : "") + grouped + (fraction ? `.${fraction}` : "");
}

/** The same with its sign always: "+5.02", "−1.00", "0.00". */
export function signed(mp: number, digits = 2): string {
  const text = pebbles(mp, digits);
  return mp > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** Ticks as pebbles. */
export const price = (ticks: number, tickMp: number): string => pebbles(ticks * tickMp);

/** What became of `now` since `then`: "+6.7 %". Nothing where there was nothing. */
export function change(now: number, then: number): string {
  if (then === 0) return "";
  const part = ((now - then) / then) * 100;
  const text = Math.abs(part).toFixed(1);
  if (Number(text) === 0) return "0.0 %";
  return `${part < 0 ? minus : "+"}${text} %`;
}

/** -1, 0 or 1: for colours. */
export const direction = (value: number): -1 | 0 | 1 => (value > 0 ? 1 : value < 0 ? -1 : 0);

export const grouped = (value: number): string =>
  String(value).replace(/\B(?=(\d{3})+$)/g, "\u2009");

/** Microseconds. */
export function duration(us: number): string {
  if (us < 1000) return `${us} µs`;
  if (us < 1_000_000) return `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`;
  if (us < 60_000_000) return `${(us / 1_000_000).toFixed(1)} s`;
  return `${Math.floor(us / 60_000_000)} min ${Math.round((us % 60_000_000) / 1_000_000)} s`;
}

/** Tokens of answers a second of thinking; nothing where nothing was measured. */
export function speed(tokens: number, wallUs: number): string {
  if (tokens === 0 || wallUs === 0) return "";
  const rate = (tokens * 1_000_000) / wallUs;
  return `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} tokens/s`;
}

/** Billionths of the currency that prices stand in. */
export function cost(nano: number): string {
  if (nano === 0) return "free";
  const whole = nano / 1e9;
  return whole >= 0.01 ? whole.toFixed(2) : whole.toPrecision(2);
}

export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

// What the magistrate finds, in words; docs/formats/events.md.
const rules: Record<string, string> = {
  tip: "trading on a tip",
  wash: "trading with himself",
  spoof: "orders that were not meant",
  corner: "cornering a good",
  close: "marking the close",
};

export const offence = (reason: string): string => rules[reason] ?? words(reason);

/** No more digits than an estimate has: whole from a thousand on, else three that count. */
function measured(value: number): string {
  const rounded = value >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
  if (Number.isInteger(rounded)) return grouped(rounded);
  return rounded < 1e-6 ? "0" : String(rounded);
}

/** A figure in the unit that its name ends with, and the name without it: `pnl_mp` is in pebbles. */
export function inUnit(name: string, value: number): string {
  const unit = /_(mp|milli|ppm|bps|us)(?= |$)/.exec(name)?.[1];
  switch (unit) {
    case "mp":
      return pebbles(value);
    case "milli":
      return (value / 1000).toFixed(3).replace("-", minus);
    case "ppm":
      return `${(value / 10_000).toFixed(2)} %`.replace("-", minus);
    case "bps":
      return `${(value / 100).toFixed(2)} %`.replace("-", minus);
    case "us":
      return duration(value);
    default:
      return (value < 0 ? minus : "") + measured(Math.abs(value));
  }
}
export const withoutUnit = (name: string): string =>
  words(name.replace(/_(mp|milli|ppm|bps|us)(?= |$)/g, ""));

/** A word of a format as people write it: `acorn_mania` is "acorn mania". */
export const words = (name: string): string => name.replace(/[_.]/g, " ");

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** Thousandths of voters. */
export const voters = (milli: number): string => (milli / 1000).toFixed(1);

export function bytes(count: number): string {
  return count < 1024 ? `${count} bytes` : `${(count / 1024).toFixed(1)} KiB`;
}
