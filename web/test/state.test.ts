import { describe, expect, it } from "vitest";

import { act, emptyForm, scaled, told, Unsaid, verbs } from "../src/lib/act";
import { pieces, sameJson } from "../src/lib/answer";
import type { Turn } from "../src/lib/api-types";
import { readCompare } from "../src/lib/compare";
import {
  change,
  cost,
  duration,
  inUnit,
  pebbles,
  price,
  signed,
  speed,
  withoutUnit,
} from "../src/lib/format";
import { fold, place, readable, upTo } from "../src/lib/graph";
import { link, noFilter, parse } from "../src/lib/route";
import { story, tell } from "../src/lib/story";

describe("numbers", () => {
  it.each([
    [5020, "5.02"],
    [0, "0.00"],
    [-1, "0.00"],
    [-5000, "−5.00"],
    [1_234_567_890, "1\u2009234\u2009567.89"],
    [995, "1.00"],
    [15, "0.02"],
  ])("%d millipebbles are %s pebbles", (mp, text) => expect(pebbles(mp)).toBe(text));
  it("signs what is won and lost", () => {
    expect([signed(1500), signed(-1500), signed(0), signed(2)]).toEqual([
      "+1.50",
      "−1.50",
      "0.00",
      "0.00",
    ]);
  });
  it("says figures in the unit that their name ends with", () => {
    expect([
      inUnit("pnl_mp", -2500),
      inUnit("desk gini_milli", 210),
      inUnit("valid_ppm", 998_000),
      inUnit("wall_us", 63_535),
      inUnit("trades", -12),
      inUnit("prompt_tokens", 58_750.4),
      inUnit("treasury_sharpe", -0.08799),
      inUnit("patron_pnl", 0.0800000001),
      inUnit("noise", 2.2e-17),
      inUnit("trades", 999.9),
    ]).toEqual([
      "−2.50",
      "0.210",
      "99.80 %",
      "64 ms",
      "−12",
      "58\u2009750",
      "−0.088",
      "0.08",
      "0",
      "1\u2009000",
    ]);
    expect(withoutUnit("desk gini_milli")).toBe("desk gini");
  });
  it("prices, changes, times, rates, costs", () => {
    expect(price(502, 10)).toBe("5.02");
    expect([change(427, 400), change(740, 900), change(400, 400), change(5, 0)]).toEqual([
      "+6.8 %",
      "−17.8 %",
      "0.0 %",
      "",
    ]);
    expect([duration(900), duration(63_535), duration(9_714_177), duration(125_000_000)]).toEqual([
      "900 µs",
      "64 ms",
      "9.7 s",
      "2 min 5 s",
    ]);
    expect([speed(857, 9_714_177), speed(0, 5), speed(5, 0)]).toEqual(["88 tokens/s", "", ""]);
    expect([cost(0), cost(20_000_000), cost(1234)]).toEqual(["free", "0.02", "0.0000012"]);
  });
});

describe("addresses", () => {
  it.each([
    "#/market",
    "#/turn/12/market",
    "#/turn/12/market/honey",
    "#/turn/12/story",
    "#/entry/1329",
    "#/patron",
    "#/compare",
    "#/ledger?kind=prompt&by=fenn&turn=7&text=honey+%26+acorns",
    "#/market/wild%20garlic%2Fx",
  ])("%s leads back to itself", (hash) => expect(link(parse(hash))).toBe(hash));
  it("a day alone is its story, nonsense the market", () => {
    expect(parse("#/turn/12")).toMatchObject({ view: "story", turn: 12 });
    for (const bad of [
      "",
      "#",
      "#/",
      "#/nowhere",
      "#/turn/x/y",
      "#/%E0%A4%A",
      "#/turn/-1/market",
      "#/constructor",
    ])
      expect(parse(bad), bad).toMatchObject({
        view: "market",
        turn: null,
        entry: null,
        filter: noFilter,
      });
    expect(parse("#/entry/<b>").entry).toBeNull();
  });
});

describe("the Patron's forms", () => {
  const form = {
    ...emptyForm(["oona", "fenn"], ["acorns", "honey"]),
    text: " Honey will be scarce. ",
  };
  it("become commands in the engine's units", () => {
    expect(act("tip", { ...form, good: "honey", truth: "planted" }, 10)).toEqual({
      act: "tip",
      to: "oona",
      good: "honey",
      direction: "up",
      text: "Honey will be scarce.",
      true: false,
    });
    expect(act("lend", { ...form, pebbles: "20,5", rate: "8.25", collateral: "2" }, 10)).toEqual({
      act: "lend",
      to: "oona",
      principal_mp: 20500,
      rate_bps: 825,
      turns: 3,
      good: "acorns",
      lots: 2,
    });
    expect(act("short", { ...form, lots: "3", price: "" }, 10)).toEqual({
      act: "short",
      good: "acorns",
      lots: 3,
      price: 0,
    });
    expect(act("order", { ...form, side: "sell", price: "5.02" }, 10)).toMatchObject({
      side: "sell",
      price: 502,
    });
    expect(act("bribe", { ...form, text: " " }, 10)).toEqual({
      act: "bribe",
      to: "oona",
      pebbles_mp: 10000,
    });
    expect(act("broker", form, 10)).toMatchObject({ a: "oona", b: "fenn", promise: "no_short" });
    expect(act("legend", form, 10)).toMatchObject({ kind: "acorn_mania", turns: 3, by: "patron" });
  });
  it("are told in a line", () => {
    const filled = { ...form, price: "9.2", pebbles: "12.5" };
    const lines = Object.fromEntries(
      verbs.map((verb) => [verb, told({ ...act(verb, filled, 10) }, 10)]),
    );
    expect(lines).toEqual({
      tip: "to oona: acorns will rise, true. “Honey will be scarce.”",
      whisper: "to oona: “Honey will be scarce.”",
      say: "“Honey will be scarce.”",
      lend: "12.50 to oona for 3 days at 5 %",
      bribe: "12.50 to oona “Honey will be scarce.”",
      broker: "oona and fenn: neither sells short what the other makes, for 3 days",
      short: "2 acorns at 9.20",
      order: "buy 2 acorns at 9.20",
      legend: "The Great Acorn Mania, for 3 days",
      shock: "drought of acorns, for 3 days",
    });
    expect(told({ ...act("short", form, 10) }, 10)).toBe("2 acorns at the market's price");
    expect(
      told({ ...act("shock", { ...filled, shock: "early_winter", turns: "1" }, 10) }, 10),
    ).toBe("early winter, for 1 day");
    expect(told({ ...act("lend", { ...filled, collateral: "2" }, 10) }, 10)).toContain(
      "against 2 acorns",
    );
    expect(told({ control: "step" }, 10)).toBe("");
    expect(told({ act: "halt", good: "honey" }, 10)).toBe("honey");
  });
  it("say what is missing", () => {
    expect(() => act("whisper", { ...form, text: "  " }, 10)).toThrow(Unsaid);
    expect(() => act("say", { ...form, text: "é".repeat(201) }, 10)).toThrow("fewer");
    expect(() => act("broker", { ...form, b: "oona" }, 10)).toThrow("two");
    expect(() => act("short", { ...form, lots: "0" }, 10)).toThrow("Lots");
    expect(() => act("order", { ...form, price: "0.001" }, 10)).toThrow("Price");
    expect(() => act("bribe", { ...form, pebbles: "0" }, 10)).toThrow("more than nothing");
    for (const bad of ["", "-1", "1e9", "1.2.3", "0x10", "ten", "9999999999"])
      expect(() => scaled(bad, 1000, "n"), bad).toThrow(Unsaid);
  });
});

describe("an answer", () => {
  const schema = {
    properties: {
      reason: { type: "string" },
      stance: { enum: ["buy", "sell"] },
      n: { type: "integer" },
      list: { items: { enum: ["a", "b"] } },
    },
  };
  const marked = (text: string): string =>
    pieces(text, schema)
      .map((p) => (p.fixed ? `[${p.text}]` : p.text))
      .join("");
  it("greys what the schema left no choice about", () => {
    expect(marked('{"reason":"a \\"b\\" c","stance":"buy","n":-12}')).toBe(
      '[{"reason":"]a \\"b\\" c"[,"stance":"]buy[","n":]-12[}]',
    );
    expect(marked('{"list":["a","a"]}')).toBe('[{"list":["]a[","]a["]}]');
  });
  it("follows the alternatives that are still open", () => {
    const option = (act: string, side: string) => ({
      properties: { reason: { type: "string" }, act: { const: act }, side: { enum: [side] } },
    });
    const choice = {
      oneOf: [option("order", "buy"), option("order", "sell"), option("short", "sell")],
    };
    const read = (text: string): string =>
      pieces(text, choice)
        .map((p) => (p.fixed ? `[${p.text}]` : p.text))
        .join("");
    expect(read('{"reason":"x","act":"order","side":"buy"}')).toBe(
      '[{"reason":"]x"[,"act":"]order[","side":"]buy["}]',
    );
    expect(read('{"reason":"x","act":"short","side":"sell"}')).toBe(
      '[{"reason":"]x"[,"act":"]short[","side":"sell"}]',
    );
  });
  it("keeps every character of what is no JSON", () => {
    for (const text of [
      "",
      "I shall not.",
      '{"reason":"cut',
      "{]",
      '{"reason":<script>',
      "[1,",
      '{"a":{}} and more',
    ])
      expect(
        pieces(text, schema)
          .map((p) => p.text)
          .join(""),
        text,
      ).toBe(text);
  });
  it("is compared member by member", () => {
    expect(sameJson({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    for (const other of [
      { a: [1, { b: 0 }] },
      { a: [1] },
      { a: [1, { b: null, c: 1 }] },
      [1],
      null,
      "x",
    ])
      expect(sameJson({ a: [1, { b: null }] }, other)).toBe(false);
  });
});

describe("minutes", () => {
  const names = ["fenn", "mossback", "patron"];
  const line = (section: string, text: string) => ({ section, entry: 1, text });
  it("are taken apart into who, what, words and why", () => {
    expect(
      tell(line("Talk", 'mossback says: "438 — all: "talk"." — somebody should'), names),
    ).toMatchObject({
      who: "Mossback",
      text: "says",
      quote: '438 — all: "talk".',
      reason: "somebody should",
      tone: "even",
    });
    expect(tell(line("Talk", 'patron whispers to fenn: "for you"'), names)).toMatchObject({
      who: "Patron",
      tone: "secret",
      quote: "for you",
    });
    expect(tell(line("News", "The Great Acorn Mania."), names)).toMatchObject({
      who: "",
      text: "The Great Acorn Mania.",
      tone: "loud",
    });
    expect(
      tell(line("Orders and fills", "fenn buys 3 acorns at 3.89: 2 at 3.89 with villager"), names),
    ).toMatchObject({ who: "Fenn", quote: "", reason: "" });
    expect(tell(line("Talk", 'fennel says: "x'), names)).toMatchObject({
      who: "",
      text: 'Fennel says: "x',
    });
  });
  it("lose nothing that was said", () => {
    for (const text of [
      'fenn says: ""',
      'fenn says: "a" — ',
      " — ",
      '"',
      'x: "',
      "fenn",
      '<img src=x> — "y"',
    ]) {
      const told = tell(line("Talk", text), names);
      const back = [told.who, told.text, told.quote, told.reason]
        .join("")
        .toLowerCase()
        .replace(/[^a-z<>=]/g, "");
      expect(back, text).toBe(text.toLowerCase().replace(/[^a-z<>=]/g, ""));
    }
  });
  it("stand in sections, without the ledger's sums", () => {
    const sections = story(
      [
        line("Dawn", "a"),
        line("Talk", "b"),
        line("Dawn", "c"),
        { section: "Dusk", entry: null, text: `state ${"0".repeat(64)}` },
      ],
      names,
    );
    expect(sections.map((section) => [section.name, section.lines.length])).toEqual([
      ["Dawn", 2],
      ["Talk", 1],
    ]);
  });
});

describe("a provenance graph", () => {
  const node = (entry: number, depth: number) => ({
    entry,
    depth,
    turn: 1,
    kind: "fact",
    by: "world",
    text: "",
    hidden: false,
  });
  const trace = {
    root: 50,
    cut: [],
    nodes: [node(50, 0), node(40, 1), ...Array.from({ length: 9 }, (_, i) => node(i + 1, 2))],
    edges: [
      { from: 40, to: 50 },
      ...Array.from({ length: 9 }, (_, i) => ({ from: i + 1, to: 40 })),
    ],
  };
  it("folds many causes of one entry, and opens them again", () => {
    const folded = fold(trace, 50, new Set());
    expect(folded.nodes.map((each) => each.entry)).toEqual([50, 40, 1]);
    expect(folded.folds).toEqual([{ entry: 1, entries: [1, 2, 3, 4, 5, 6, 7, 8, 9] }]);
    expect(fold(trace, 50, new Set([1])).nodes).toHaveLength(11);
  });
  it("puts causes left of what they caused, boxes apart", () => {
    const { nodes, edges } = place(trace, "across");
    const at = new Map(nodes.map((each) => [each.entry, each]));
    for (const { from, to } of edges) expect(at.get(from)!.x + 148).toBeLessThan(at.get(to)!.x);
    for (const a of nodes)
      for (const b of nodes)
        if (a !== b) expect(Math.abs(a.x - b.x) >= 148 || Math.abs(a.y - b.y) >= 44).toBe(true);
  });
  it("goes back as far as can be read", () => {
    expect(readable(trace, 8, 16)).toBe(8);
    expect(readable(trace, 8, 2)).toBe(1);
    expect(upTo(trace, 1).nodes.map((each) => each.entry)).toEqual([50, 40]);
  });
});

describe("a comparison", () => {
  it("is read by the shape of its figures", () => {
    const read = readCompare({
      casts: [
        {
          name: "rules",
          pnl: { mean: 5, low: 3, high: 7 },
          seeds: 20,
          deep: { gini: { value: 0.2, ci: [0.1, 0.3] } },
        },
        { name: "random", pnl: { mean: -1, lo: -2, hi: 0 } },
      ],
    });
    expect(read.casts).toEqual(["rules", "random"]);
    expect(read.rows).toEqual([
      {
        name: "pnl",
        figures: [
          { value: 5, low: 3, high: 7 },
          { value: -1, low: -2, high: 0 },
        ],
      },
      { name: "deep gini", figures: [{ value: 0.2, low: 0.1, high: 0.3 }, null] },
    ]);
  });
  it("by metric is read in the metric's unit, and what all share is left out", () => {
    const mean = (value: number) => ({
      mean: value,
      low: value - 1_000_000,
      high: value + 500_000,
    });
    const read = readCompare({
      casts: [{ name: "rules" }, { name: "random" }],
      claims: ["random is worse than rules in gini.", 7],
      metrics: [
        {
          name: "gini",
          unit: "0 to 1",
          casts: [
            { cast: "random", mean: mean(3_000_000) },
            { cast: "rules", mean: mean(2_500_000) },
          ],
        },
        {
          name: "leaks",
          unit: "leaks",
          casts: [
            { cast: "rules", mean: mean(0) },
            { cast: "random", mean: mean(0) },
          ],
        },
      ],
      margin: { metrics: [{ name: "cpu", unit: "s", casts: [{ cast: "rules", mean: mean(1) }] }] },
    });
    expect(read.claims).toEqual(["random is worse than rules in gini."]);
    expect(read.rows).toEqual([
      {
        name: "gini, 0 to 1",
        figures: [
          { value: 2.5, low: 1.5, high: 3 },
          { value: 3, low: 2, high: 3.5 },
        ],
      },
      {
        name: "cpu, s",
        figures: [{ value: 1e-6, low: (1 - 1e6) / 1e6, high: 500_001 / 1e6 }, null],
      },
    ]);
  });
  it("of another shape shows nothing rather than something wrong", () => {
    for (const odd of [
      null,
      [],
      {},
      { casts: 3 },
      { casts: [1, "x"] },
      { casts: [{ name: "a", pnl: { mean: "5", low: 1, high: 2 } }] },
    ])
      expect(readCompare(odd).rows).toEqual([]);
  });
});

describe("days", () => {
  it("are merged in order, the newer telling standing", async () => {
    // The store reads the address when it is loaded.
    Object.assign(globalThis, { location: { hash: "" } });
    const { merged } = await import("../src/lib/wood.svelte");
    const day = (turn: number, entry: number) => ({ turn, entry }) as Turn;
    expect(merged([day(1, 10), day(2, 20)], [day(3, 30), day(2, 21)])).toEqual([
      day(1, 10),
      day(2, 21),
      day(3, 30),
    ]);
  });
});
