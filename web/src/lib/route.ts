// What the address says: a view, a day, an entry. Everything stands behind the #, so that a link can
// be shared and the server needs one page only.
//
//   #/market  #/turn/12/market  #/turn/12/market/honey  #/turn/12  #/entry/1329
//   #/ledger?kind=prompt&by=fenn&turn=7&text=honey  #/patron  #/compare

export const views = ["market", "creatures", "story", "ledger", "patron", "compare"] as const;
export type View = (typeof views)[number];

export interface Route {
  view: View;
  /** The day to look at; null: the last. */
  turn: number | null;
  /** Market: a good. Creatures: a name. */
  of: string;
  /** Ledger: the entry that is open. */
  entry: number | null;
  filter: Filter;
}

export interface Filter {
  kind: string;
  by: string;
  turn: string;
  text: string;
}

export const noFilter: Filter = { kind: "", by: "", turn: "", text: "" };

const start: Route = { view: "market", turn: null, of: "", entry: null, filter: noFilter };

const isView = (word: string): word is View => (views as readonly string[]).includes(word);

function natural(word: string | undefined): number | null {
  return word !== undefined && /^\d{1,15}$/.test(word) ? Number(word) : null;
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** Anything that makes no sense leads to the market. */
export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const parts: string[] = path.split("/").map(decoded);
  if (parts[0] === "entry") {
    const entry = natural(parts[1]);
    return { ...start, view: "ledger", entry };
  }
  const dated = parts[0] === "turn";
  const turn = dated ? natural(parts[1]) : null;
  const [named = "", of = ""] = dated ? parts.slice(2) : parts;
  const view = dated && named === "" ? "story" : named;
  if (!isView(view)) return { ...start, turn };
  const route: Route = { ...start, view, turn, of };
  if (view === "ledger") {
    const said = new URLSearchParams(query);
    route.filter = {
      kind: said.get("kind") ?? "",
      by: said.get("by") ?? "",
      turn: natural(said.get("turn") ?? undefined)?.toString() ?? "",
      text: said.get("text") ?? "",
    };
  }
  return route;
}

export function link(to: Partial<Route>): string {
  const route = { ...start, ...to };
  if (route.entry !== null) return `#/entry/${route.entry}`;
  const day = route.turn === null ? "" : `turn/${route.turn}/`;
  const of = route.of === "" ? "" : `/${encodeURIComponent(route.of)}`;
  const said = new URLSearchParams(
    Object.entries(route.filter).filter(([, value]) => value !== ""),
  ).toString();
  return `#/${day}${route.view}${of}${said === "" ? "" : `?${said}`}`;
}
