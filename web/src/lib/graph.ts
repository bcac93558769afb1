// Where the nodes of a provenance graph stand: dagre's layout, with causes left of what they caused.
import { Graph, layout } from "@dagrejs/dagre";

import type { Trace } from "./api-types";

export interface Placed {
  entry: number;
  x: number;
  y: number;
}

export interface Drawing {
  width: number;
  height: number;
  nodes: Placed[];
  edges: { from: number; to: number; points: { x: number; y: number }[] }[];
}

export const box = { width: 148, height: 44 };

type Drawn = Pick<Trace, "nodes" | "edges">;

/** Many causes of the same entries that lead no further back: one box for all of them. */
export interface Fold {
  /** Entry of the first; stands for the box. */
  entry: number;
  entries: number[];
}

/** A view has twenty facts for causes. Causes without causes that led to the same entries, four or
 *  more, become a fold, except those whose first entry is in `open`. */
export function fold(
  trace: Drawn,
  root: number,
  open: ReadonlySet<number>,
): Drawn & { folds: Fold[] } {
  const caused = new Set(trace.edges.map((edge) => edge.to));
  const effects = new Map<number, number[]>();
  for (const { from, to } of trace.edges) effects.set(from, [...(effects.get(from) ?? []), to]);
  const alike = new Map<string, number[]>();
  for (const { entry } of trace.nodes) {
    if (entry === root || caused.has(entry)) continue;
    const key = (effects.get(entry) ?? []).toSorted((a, b) => a - b).join(" ");
    alike.set(key, [...(alike.get(key) ?? []), entry]);
  }
  const folds: Fold[] = [];
  const gone = new Set<number>();
  for (const entries of alike.values()) {
    const [first, ...others] = entries;
    if (first === undefined || others.length < 3 || open.has(first)) continue;
    folds.push({ entry: first, entries });
    for (const entry of others) gone.add(entry);
  }
  return {
    nodes: trace.nodes.filter(({ entry }) => !gone.has(entry)),
    edges: trace.edges.filter(({ from }) => !gone.has(from)),
    folds,
  };
}

export function place(trace: Drawn, downwards: "across" | "down"): Drawing {
  const graph = new Graph();
  graph.setGraph({
    rankdir: downwards === "down" ? "TB" : "LR",
    nodesep: 14,
    ranksep: 46,
    marginx: 10,
    marginy: 10,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(trace.nodes.map((node) => node.entry));
  for (const { entry } of trace.nodes) graph.setNode(String(entry), { ...box });
  const edges = trace.edges.filter(({ from, to }) => known.has(from) && known.has(to));
  for (const { from, to } of edges) graph.setEdge(String(from), String(to));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: trace.nodes.map(({ entry }) => {
      const { x, y } = graph.node(String(entry)) as { x: number; y: number };
      return { entry, x: x - box.width / 2, y: y - box.height / 2 };
    }),
    edges: edges.map(({ from, to }) => ({
      from,
      to,
      points: (graph.edge(String(from), String(to)) as { points: { x: number; y: number }[] })
        .points,
    })),
  };
}

/** The trace back to so many steps. */
export const upTo = (trace: Pick<Trace, "nodes" | "edges">, depth: number): Drawn => {
  const kept = new Set(trace.nodes.filter((node) => node.depth <= depth).map((node) => node.entry));
  return {
    nodes: trace.nodes.filter((node) => kept.has(node.entry)),
    edges: trace.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  };
};

/** How many steps back still make a drawing that can be read: at most `most` boxes. */
export function readable(
  trace: Pick<Trace, "nodes" | "edges" | "root">,
  deepest: number,
  most: number,
): number {
  let depth = 1;
  while (
    depth < deepest &&
    fold(upTo(trace, depth + 1), trace.root, new Set()).nodes.length <= most
  )
    depth += 1;
  return depth;
}

/** A soft line through dagre's points. */
export function curve(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x.toFixed(1)} ${first.y.toFixed(1)}`;
  rest.forEach((point, i) => {
    const after = rest[i + 1];
    path += after
      ? `Q${point.x.toFixed(1)} ${point.y.toFixed(1)} ${((point.x + after.x) / 2).toFixed(1)} ${((point.y + after.y) / 2).toFixed(1)}`
      : `L${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
  });
  return path;
}
