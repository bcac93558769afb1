// Figures with intervals, out of what `wood compare --json` wrote: whatever has an estimate and two
// ends, under the name of a cast. The page does not know the figures by name; it draws what is there.

export interface Figure {
  value: number;
  low: number;
  high: number;
}

export interface Row {
  name: string;
  /** By cast, in the order of `casts`; null: it has no such figure. */
  figures: (Figure | null)[];
}

export interface Comparison {
  casts: string[];
  rows: Row[];
  /** What may be said of the differences, in the file's own sentences. */
  claims: string[];
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const first = (from: Json, ...names: string[]): number | null => {
  for (const name of names) if (typeof from[name] === "number") return from[name];
  return null;
};

export function figure(value: unknown): Figure | null {
  if (!isObject(value)) return null;
  const estimate = first(value, "mean", "value", "estimate", "median");
  const pair = [value.ci, value.interval, value.ci95].find(
    (each): each is [number, number] =>
      Array.isArray(each) && each.length === 2 && each.every((end) => typeof end === "number"),
  );
  const low = pair?.[0] ?? first(value, "low", "lo", "lower");
  const high = pair?.[1] ?? first(value, "high", "hi", "upper");
  return estimate === null || low === null || high === null ? null : { value: estimate, low, high };
}

function collect(from: unknown, path: string, into: Map<string, Figure>): void {
  const found = figure(from);
  if (found) {
    into.set(path, found);
  } else if (isObject(from)) {
    for (const [key, value] of Object.entries(from))
      collect(value, path ? `${path} ${key}` : key, into);
  } else if (Array.isArray(from)) {
    for (const each of from)
      if (isObject(each)) {
        const name = [each.name, each.metric, each.figure].find((word) => typeof word === "string");
        if (typeof name === "string") collect(each, path ? `${path} ${name}` : name, into);
      }
  }
}

// What `wood compare` writes: metric by metric, in millionths of the metric's unit. A metric that all
// casts share to the digit says nothing about them and is left out.
function byMetric(metrics: unknown[], casts: string[]): Row[] {
  const rows: Row[] = [];
  for (const metric of metrics) {
    if (!isObject(metric) || typeof metric.name !== "string" || !Array.isArray(metric.casts))
      continue;
    const of = metric.casts.filter(isObject);
    const figures = casts.map((cast) => {
      const found = figure(of.find((each) => each.cast === cast)?.mean);
      return found && { value: found.value / 1e6, low: found.low / 1e6, high: found.high / 1e6 };
    });
    const seen = new Set(figures.map((each) => JSON.stringify(each)));
    const unit = typeof metric.unit === "string" ? `, ${metric.unit}` : "";
    if (seen.size > 1) rows.push({ name: metric.name + unit, figures });
  }
  return rows;
}

export function readCompare(json: unknown): Comparison {
  const claims =
    isObject(json) && Array.isArray(json.claims)
      ? json.claims.filter((each): each is string => typeof each === "string")
      : [];
  const listed = isObject(json) ? json.casts : null;
  const casts: [string, unknown][] = Array.isArray(listed)
    ? listed.filter(isObject).map((each, i) => [String(each.name ?? each.cast ?? i + 1), each])
    : isObject(listed)
      ? Object.entries(listed)
      : [];
  if (isObject(json) && Array.isArray(json.metrics)) {
    const margin =
      isObject(json.margin) && Array.isArray(json.margin.metrics) ? json.margin.metrics : [];
    const names = casts.map(([name]) => name);
    return { casts: names, claims, rows: byMetric([...json.metrics, ...margin], names) };
  }
  const found = casts.map(([, each]) => {
    const into = new Map<string, Figure>();
    collect(each, "", into);
    return into;
  });
  const names = [...new Set(found.flatMap((each) => [...each.keys()]))];
  return {
    casts: casts.map(([name]) => name),
    claims,
    rows: names.map((name) => ({ name, figures: found.map((each) => each.get(name) ?? null) })),
  };
}
