// A run that is over, looked at: every view, scrubbed, linked, proved.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { tampered } from "../../src/lib/proof";
import {
  browser,
  folder,
  overflow,
  quiet,
  type Served,
  serve,
  settled,
  violations,
  visit,
  wood,
} from "./wood";

let served: Served;
let context: BrowserContext;
const file = join(folder, "finished.wood");
const views = [
  "#/turn/12/market",
  "#/turn/12/market/firewood",
  "#/turn/12/creatures",
  "#/turn/7/story",
  "#/ledger",
  "#/ledger?kind=vote&turn=7",
  "#/compare",
  "#/entry/0",
];
let answer = 0; // an answer of the desk
let order = 0; // an order that was filled

interface Row {
  entry: number;
  text: string;
}
const rows = async (query: string): Promise<Row[]> =>
  ((await (await fetch(`${served.url}v1/handoffs?${query}`)).json()) as { handoffs: Row[] })
    .handoffs;

beforeAll(async () => {
  wood("run", "--cast", "rules", "--seed", "7", "--turns", "16", "--quiet", "--out", file);
  served = await serve(file);
  context = await browser();
  answer = (await rows("kind=answer&turn=7"))[0]!.entry;
  order = (await rows("kind=event&turn=7&text=order&limit=200")).find((row) =>
    row.text.includes("filled 2"),
  )!.entry;
  views.push(`#/entry/${answer}`, `#/entry/${order}`);
});
afterAll(async () => {
  await context?.close();
  await served?.stop();
});

describe("every view", () => {
  for (const scheme of ["light", "dark"] as const)
    it(`is without a violation that axe-core knows, ${scheme}, wide and on a phone`, async () => {
      const watched = await visit(context, served);
      const { page } = watched;
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const hash of views) {
        for (const [width, height] of [
          [1280, 900],
          [390, 844],
        ] as const) {
          await page.setViewportSize({ width, height });
          await page.goto(served.url + hash);
          await settled(page);
          expect(await violations(page), `${hash} ${width}`).toEqual([]);
          expect(await overflow(page), `${hash} ${width}`).toBeLessThanOrEqual(0);
        }
      }
      quiet(watched);
      await page.close();
    }, 240_000);

  it("weighs under 300 KB gzipped in all, and paints within a second", async () => {
    const watched = await visit(context, served);
    const { page } = watched;
    let bytes = 0;
    const client = await context.newCDPSession(page);
    await client.send("Network.enable");
    await client.send("Network.setCacheDisabled", { cacheDisabled: true });
    const files = new Map<string, string>();
    client.on("Network.responseReceived", ({ requestId, response }) =>
      files.set(requestId, response.url),
    );
    client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (!files.get(requestId)?.includes("/v1/")) bytes += encodedDataLength;
    });
    for (const hash of [
      "#/market",
      "#/creatures",
      "#/story",
      `#/entry/${answer}`,
      "#/compare",
      "#/patron",
    ]) {
      await page.goto("about:blank");
      await page.goto(served.url + hash);
      await settled(page);
    }
    const paint = await page.evaluate(
      () => performance.getEntriesByName("first-contentful-paint")[0]!.startTime,
    );
    console.log(
      `six loads, nothing cached: ${bytes} bytes over the wire; first paint after ${Math.round(paint)} ms`,
    );
    // Each load counts the shared part anew: in all it is less than this.
    expect(bytes / 6).toBeLessThan(300 * 1024);
    expect(paint).toBeLessThan(1000);
    quiet(watched);
    await page.close();
  });
});

describe("days", () => {
  it("are scrubbed with keys, and every view follows", async () => {
    const watched = await visit(context, served, "#/market/honey");
    const { page } = watched;
    const slider = page.getByRole("slider", { name: "Day" });
    expect(await slider.inputValue()).toBe("16");
    await slider.focus();
    for (let i = 0; i < 4; i += 1) await page.keyboard.press("ArrowLeft");
    expect(page.url()).toContain("#/turn/12/market/honey");
    await expect.poll(() => page.locator(".board").innerText()).toContain("at dusk of day 12");
    await page.keyboard.press("Home");
    expect(page.url()).toContain("#/turn/1/market/honey");
    // A day that is not there yet cannot be reached by hand either.
    await page.goto(`${served.url}#/turn/900/market`);
    await settled(page);
    expect(await page.getByRole("slider", { name: "Day" }).inputValue()).toBe("16");
    // Outside of fields the arrows do it too.
    await page.goto(`${served.url}#/turn/5/story`);
    await page.getByRole("heading", { name: "Day 5, autumn" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "Day 6, autumn" }).waitFor();
    quiet(watched);
    await page.close();
  });

  it("play like a film, and stop at the end", async () => {
    const watched = await visit(context, served, "#/turn/14/creatures");
    const { page } = watched;
    await page.getByRole("button", { name: "Play the days" }).click();
    await page.waitForURL(/turn\/16\/creatures/, { timeout: 8000 });
    await page.getByRole("button", { name: "Play the days" }).waitFor({ timeout: 4000 });
    quiet(watched);
    await page.close();
  });

  it("show what was hidden once the run is over", async () => {
    const watched = await visit(context, served, "#/turn/9/market/firewood");
    await expect.poll(() => watched.page.locator(".ohlc").innerText()).toMatch(/worth \d+\.\d\d/);
    await watched.page.close();
  });
});

describe("an entry", () => {
  it("is linked, and a reload stays with it", async () => {
    const watched = await visit(context, served, `#/entry/${order}`);
    const { page } = watched;
    for (let i = 0; i < 2; i += 1) {
      await page.getByRole("heading", { name: `Entry ${order}: event by exchange` }).waitFor();
      await page.reload();
    }
    expect(await page.title()).toBe(`Entry ${order} · Thousand Token Wood`);
    // From the story to the entry and back.
    await page.goto(`${served.url}#/turn/7/story`);
    await page.locator(`a[href="#/entry/${order}"]`).first().click();
    await page.getByRole("heading", { name: `Entry ${order}` }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Day 7, autumn" }).waitFor();
    quiet(watched);
    await page.close();
  });

  it("shows its prompt and its answer, with what was forced greyed", async () => {
    const watched = await visit(context, served, `#/entry/${answer}`);
    const { page } = watched;
    await page.getByRole("heading", { name: "Asked" }).waitFor();
    await page.getByRole("heading", { name: "Understood" }).waitFor();
    const box = page.locator("section", { has: page.getByRole("heading", { name: "Answered" }) });
    expect(await box.locator("pre .fixed").first().innerText()).toMatch(/^\{"\w+":"$/);
    const colours = await box
      .locator("pre")
      .evaluate((pre) =>
        [...pre.children].map(
          (each) => [each.classList.contains("fixed"), getComputedStyle(each).color] as const,
        ),
      );
    const grey = new Set(colours.filter(([fixed]) => fixed).map(([, colour]) => colour));
    const ink = new Set(colours.filter(([fixed]) => !fixed).map(([, colour]) => colour));
    expect([grey.size, ink.size]).toEqual([1, 1]);
    expect([...grey]).not.toEqual([...ink]);
    quiet(watched);
    await page.close();
  });

  it("is walked to its causes through the graph", async () => {
    const watched = await visit(context, served, `#/entry/${order}`);
    const { page } = watched;
    const detail = (await (await fetch(`${served.url}v1/handoffs/${order}`)).json()) as {
      from: number[];
    };
    const cause = detail.from.at(-1)!;
    await page.locator(`.pane a[href="#/entry/${cause}"]`).click();
    await page.getByRole("heading", { name: `Entry ${cause}: check` }).waitFor();
    await page.getByRole("heading", { name: "Checks" }).waitFor();
    await page.locator(`.effects a[href="#/entry/${order}"]`).click();
    await page.getByRole("heading", { name: `Entry ${order}` }).waitFor();
    quiet(watched);
    await page.close();
  });

  it("is found by text, kind, writer and day", async () => {
    const watched = await visit(context, served, "#/ledger");
    const { page } = watched;
    await page.getByLabel("Text").fill("drought halves");
    await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL(/text=drought/);
    await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(0);
    // What is searched is the entry, of which the list shows a line.
    for (const entry of (await page.locator("tbody tr td:first-child").allInnerTexts()).slice(0, 5))
      expect(await (await fetch(`${served.url}v1/handoffs/${entry}`)).text()).toMatch(
        /drought halves/i,
      );
    await page.goto(`${served.url}#/ledger?kind=prompt&by=fenn&turn=7`);
    await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(2);
    for (const text of await page.locator("tbody tr").allInnerTexts())
      expect(text).toMatch(/7\s+prompt\s+fenn/);
    quiet(watched);
    await page.close();
  });
});

describe("the proof", () => {
  const verdict = "[data-verdict]";
  it("verifies in the browser, and is red on what was tampered with", async () => {
    const watched = await visit(context, served, `#/entry/${order}`);
    const { page } = watched;
    await page.getByRole("button", { name: "Verify here" }).click();
    await expect.poll(() => page.locator(verdict).getAttribute("data-verdict")).toBe("ok");
    expect(await page.locator(verdict).innerText()).toContain("Ed25519");
    await page.getByRole("button", { name: "Tamper with it" }).click();
    await expect.poll(() => page.locator(verdict).getAttribute("data-verdict")).toBe("bad");
    expect(await page.locator(verdict).innerText()).toContain("another root");
    await page.getByRole("button", { name: "Verify here" }).click();
    await expect.poll(() => page.locator(verdict).getAttribute("data-verdict")).toBe("ok");
    quiet(watched);
    await page.close();
  });

  it("is red when the server lies about the proof, the entry, or the place", async () => {
    const honest = await (await fetch(`${served.url}v1/handoffs/${order}/tlog-proof`)).text();
    const other = await (await fetch(`${served.url}v1/handoffs/${order + 1}/tlog-proof`)).text();
    const lies: [string, string, (body: string) => string][] = [
      ["tlog-proof", "another root", () => tampered(honest)],
      ["tlog-proof", "not", () => other],
      ["tlog-proof", "Refused", () => honest.slice(0, 300)],
      [`${order}`, "not what the proof holds", (body) => body.replace('"side":"', '"side":"un')],
    ];
    for (const [end, says, lie] of lies) {
      const watched = await visit(context, served, "#/ledger");
      const { page } = watched;
      await page.route(
        new RegExp(`/v1/handoffs/${end === "tlog-proof" ? `${order}/tlog-proof` : order}$`),
        async (route) => {
          const answered = await route.fetch();
          await route.fulfill({ response: answered, body: lie(await answered.text()) });
        },
      );
      await page.goto(`${served.url}#/entry/${order}`);
      await page.getByRole("button", { name: "Verify here" }).click();
      await expect
        .poll(() => page.locator(verdict).getAttribute("data-verdict"), { message: says })
        .toBe("bad");
      expect(await page.locator(verdict).innerText()).toContain(says);
      await page.close();
    }
  });

  it("is red under another key than the one that was pinned", async () => {
    const watched = await visit(context, served, `#/entry/${order}`);
    const { page } = watched;
    await page.getByText("Whose key?").click();
    await page
      .getByLabel("Key", { exact: true })
      .fill("example+c1ca759e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
    await page.getByRole("button", { name: "Verify here" }).click();
    await expect.poll(() => page.locator(verdict).getAttribute("data-verdict")).toBe("bad");
    expect(await page.locator(verdict).innerText()).toContain("no signature of example+c1ca759e");
    await page.getByLabel("Key", { exact: true }).fill("");
    await page.getByRole("button", { name: "Verify here" }).click();
    await expect.poll(() => page.locator(verdict).getAttribute("data-verdict")).toBe("ok");
    await page.close();
  });

  it("is downloaded as wood export writes it, and wood verify takes it", async () => {
    const watched = await visit(context, served, `#/entry/${order}`);
    const { page } = watched;
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${order}.tlog-proof`);
    const saved = join(folder, "saved.tlog-proof");
    await download.saveAs(saved);
    wood("export", file, "--proof", String(order), "--out", join(folder, "exported.tlog-proof"));
    expect(readFileSync(saved, "utf8")).toBe(
      readFileSync(join(folder, "exported.tlog-proof"), "utf8"),
    );
    const run = (await (await fetch(`${served.url}v1/run`)).json()) as { signer: string };
    expect(wood("verify", "--proof", saved, "--key", run.signer)).toContain(String(order));
    // And a file is checked without asking the server for anything.
    await page.goto(`${served.url}#/ledger`);
    await page.getByLabel("A proof from a file").setInputFiles(saved);
    await expect.poll(() => page.locator(verdict).getAttribute("data-verdict")).toBe("ok");
    quiet(watched);
    await page.close();
  });
});

describe("by keyboard alone", () => {
  it("one goes from the door to a proof", async () => {
    const watched = await visit(context, served);
    const { page } = watched;
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("To the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    await page.keyboard.press("3");
    await page.waitForURL(/story/);
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.keyboard.press("/");
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("search");
    await page.keyboard.type("drought");
    await page.keyboard.press("Enter");
    await page.waitForURL(/text=drought/);
    await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(1);
    const tabTo = async (what: (text: string, tag: string) => boolean): Promise<void> => {
      for (let i = 0; i < 80; i += 1) {
        await page.keyboard.press("Tab");
        const [text, tag] = await page.evaluate(() => [
          document.activeElement?.textContent?.trim() ?? "",
          document.activeElement?.tagName ?? "",
        ]);
        // Whatever has the focus shows it.
        const ring = await page.evaluate(() => {
          const at = document.activeElement!;
          if (at === document.body) return true; // past the last: round once more
          const of = (element: Element): string => getComputedStyle(element).outlineStyle;
          const rect = at.querySelector("rect");
          return (
            of(at) !== "none" ||
            (rect !== null && getComputedStyle(rect).strokeWidth === "3.5px") ||
            at.closest("label") !== null
          );
        });
        expect(ring, `${tag} ${text}`).toBe(true);
        if (what(text!, tag!)) return;
      }
      throw new Error("never reached");
    };
    await expect.poll(() => page.locator("tbody tr").count()).toBeGreaterThan(0);
    await tabTo((text, tag) => tag === "A" && /^[1-9]\d*$/.test(text));
    await page.keyboard.press("Enter");
    await page.waitForURL(/entry/);
    await page.getByRole("button", { name: "Verify here" }).waitFor();
    await tabTo((text) => text === "Verify here");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("[data-verdict]").getAttribute("data-verdict")).toBe("ok");
    await tabTo((_, tag) => tag === "a");
    await page.keyboard.press("Enter");
    quiet(watched);
    await page.close();
  });

  it("letters in a field stay letters, and keys can be switched off", async () => {
    const watched = await visit(context, served, "#/ledger");
    const { page } = watched;
    await page.getByLabel("Text").fill("");
    await page.getByLabel("Text").press("1");
    expect(page.url()).toContain("#/ledger");
    await page.getByRole("button", { name: "Help and keys" }).click();
    await page.getByLabel("Keys are on").uncheck();
    await page.getByRole("button", { name: "Close" }).click();
    await page.keyboard.press("1");
    expect(page.url()).toContain("#/ledger");
    await page.evaluate(() => localStorage.clear());
    await page.close();
  });
});

describe("the theme", () => {
  it("follows the system until one is chosen, and remembers that", async () => {
    const watched = await visit(context, served);
    const { page } = watched;
    const paper = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    const light = await paper();
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.getByRole("button", { name: "Light or dark" }).click();
    await expect.poll(paper).toBe(light);
    await page.reload();
    await settled(page);
    expect(await paper()).toBe(light);
    await page.evaluate(() => localStorage.clear());
    quiet(watched);
    await page.close();
  });
});

describe("the whole run", () => {
  it("is verified by the server, which says how far it is", async () => {
    const watched = await visit(context, served, "#/ledger");
    const { page } = watched;
    await page.getByRole("button", { name: "Verify the whole run" }).click();
    await page.getByText("playing it again gives the same bytes").waitFor({ timeout: 30_000 });
    await page.getByText("Signed by the key that the run names").waitFor();
    // By the key that somebody knows: the signer's, then another's.
    const signer = (await (await fetch(`${served.url}v1/run`)).json()).signer as string;
    const fixture = new URL("../fixtures/decision.vkey", import.meta.url);
    const other = readFileSync(fixture, "utf8").trim();
    for (const [key, text] of [
      [signer, "Signed by the key that you pinned"],
      [other, "✗"],
    ] as const) {
      await page.evaluate((pinned) => localStorage.setItem("wood-key", pinned), key);
      await page.getByRole("button", { name: "Verify the whole run" }).click();
      await page.locator(".whole").getByText(text).waitFor({ timeout: 30_000 });
    }
    await page.evaluate(() => localStorage.removeItem("wood-key"));
    quiet(watched);
    await page.close();
  });

  it("names whose work the page carries", async () => {
    const text = await (await fetch(`${served.url}licenses.txt`)).text();
    for (const name of ["lightweight-charts", "svelte", "dagre", "Apache License"])
      expect(text).toContain(name);
  });
});

describe("the magistrate", () => {
  it("comes with a card in the story, a mark on the days, and evidence to follow", async () => {
    const scenario = readFileSync(
      new URL("../../../scenarios/five-labs.toml", import.meta.url),
      "utf8",
    )
      .replace(/^investigate = .*$/m, "investigate = 4")
      .replace(/^fine = .*$/m, "fine = 8");
    const strict = join(folder, "strict.toml");
    writeFileSync(strict, scenario);
    const ledger = join(folder, "strict.wood");
    wood(
      "run",
      strict,
      "--cast",
      "rules",
      "--seed",
      "7",
      "--turns",
      "8",
      "--quiet",
      "--out",
      ledger,
    );
    const other = await serve(ledger);
    const { verdicts } = (await (await fetch(`${other.url}v1/verdicts`)).json()) as {
      verdicts: { turn: number; who: string; entry: number; evidence: number[] }[];
    };
    const verdict = verdicts[0]!;
    const watched = await visit(context, other, `#/turn/${verdict.turn}/story`);
    const { page } = watched;
    const card = page.locator("section.verdict");
    await card.waitFor();
    expect((await card.innerText()).toLowerCase()).toContain(`${verdict.who}: investigation`);
    expect(await violations(page)).toEqual([]);
    expect(await page.locator(".track .mark.verdict").count()).toBe(verdicts.length);
    await card.locator(`a[href="#/entry/${verdict.evidence[0]}"]`).first().click();
    await page.getByRole("heading", { name: `Entry ${verdict.evidence[0]}` }).waitFor();
    await page.goto(`${other.url}#/market`);
    await page.locator(".news .verdict").first().waitFor();
    expect(await violations(page)).toEqual([]);
    quiet(watched);
    await page.close();
    await other.stop();
  });
});
