// A live run: the Patron's whole game, one stream for all tabs, a server that goes and comes back.
import { join } from "node:path";

import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { browser, folder, overflow, quiet, serve, settled, violations, visit, wood } from "./wood";

let context: BrowserContext;
beforeAll(async () => {
  context = await browser();
});
afterAll(async () => {
  await context?.close();
});

const choose = (page: Page, verb: string): Promise<void> =>
  page.getByRole("radio", { name: verb, exact: true }).check({ force: true });
// A field by the words before it; a select's options are part of its label's text.
const field = (page: Page, name: string) =>
  page
    .locator(".acts form label", { hasText: new RegExp(`^\\s*${name}\\b`) })
    .locator("input, select");
const submit = (page: Page, verb: string): Promise<void> =>
  page.locator(".acts form").getByRole("button", { name: verb, exact: true }).click();
const done = (page: Page, verb: string): Promise<void> =>
  expect.poll(() => page.locator(".done").innerText()).toContain(`${verb}: done`);

describe("the Patron", () => {
  it("plays a whole game, and then sees everything", async () => {
    const file = join(folder, "game.wood");
    const served = await serve(
      "--cast",
      "rules",
      "--seed",
      "11",
      "--turns",
      "6",
      "--pace",
      "0",
      "--out",
      file,
    );
    const watched = await visit(context, served, "#/market");
    const { page } = watched;
    await page.getByText("Nothing has happened yet").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("link", { name: "Play the Patron" }).click();
    await page.getByText("There is no undo.").waitFor();
    expect(await page.getByText("your score: pebbles won").count()).toBe(1);

    await field(page, "To").selectOption("pip");
    await field(page, "Good").selectOption("honey");
    await field(page, "It will").selectOption("down");
    await field(page, "It is").selectOption("planted");
    await submit(page, "Whisper a tip");
    await expect.poll(() => page.locator(".trouble").innerText()).toContain("say something");
    await page.getByLabel("Words").fill("Oona's hoard is rotten.");
    await submit(page, "Whisper a tip");
    await done(page, "Tip");
    await choose(page, "Whisper");
    await page.getByLabel("Words").fill("I count on you.");
    await submit(page, "Whisper");
    await done(page, "Whisper");
    await choose(page, "Lend");
    await field(page, "Pebbles").fill("12.50");
    await submit(page, "Lend");
    await done(page, "Lend");
    await choose(page, "Bribe");
    await field(page, "Pebbles").fill("3");
    await submit(page, "Bribe");
    await done(page, "Bribe");
    await choose(page, "Broker");
    await submit(page, "Broker");
    await done(page, "Broker");
    expect(await page.locator(".receipts li.queued").count()).toBe(5);
    expect(await page.locator(".receipts").innerText()).toContain(
      "to pip: honey will fall, planted. “Oona's hoard is rotten.”",
    );

    // A day goes by: each act is on record, with what came of it.
    await page.getByRole("button", { name: "One day" }).click();
    await expect.poll(() => page.locator(".receipts li.recorded").count()).toBe(5);
    await expect.poll(() => page.locator(".head").innerText()).toContain("Day 1 of 6");
    for (const act of ["Tip", "Whisper", "Lend", "Bribe", "Broker"])
      expect(await page.locator(".receipts li", { hasText: act }).first().innerText()).toMatch(
        /day 1 \d+/,
      );

    await choose(page, "Sell short");
    await field(page, "Lots").fill("2");
    await field(page, "Price in pebbles").fill("9.20");
    await field(page, "Good").selectOption("honey");
    await submit(page, "Sell short");
    await done(page, "Short");
    await choose(page, "Spring a legend");
    await submit(page, "Spring a legend");
    await done(page, "Legend");
    await choose(page, "Buy or sell");
    await field(page, "Price in pebbles").fill("4.50");
    await submit(page, "Buy or sell");
    await done(page, "Order");
    await choose(page, "Say aloud");
    await page.getByLabel("Words").fill("Winter is near.");
    await submit(page, "Say aloud");
    await done(page, "Say");
    await choose(page, "Turn the weather");
    await submit(page, "Turn the weather");
    await done(page, "Shock");
    await page.getByRole("button", { name: "One day" }).click();
    await expect.poll(() => page.locator(".receipts li.recorded").count()).toBe(10);

    // What he may not see is not there yet: latent values, prompts, whispers of others.
    expect(await violations(page)).toEqual([]);
    await page.goto(`${served.url}#/market/acorns`);
    await page.getByText("stays hidden until the run is over").waitFor();
    const prompts = (await (
      await fetch(`${served.url}v1/handoffs?kind=prompt&limit=1`)
    ).json()) as { handoffs: { entry: number }[] };
    await page.goto(`${served.url}#/entry/${prompts.handoffs[0]!.entry}`);
    await page.getByText("hidden until the run is over").first().waitFor();
    await page.getByText("Given when the run is over.").waitFor();
    // His own whisper is in the minutes; the news of the legend too.
    await page.goto(`${served.url}#/turn/1/story`);
    await page.locator("q", { hasText: "I count on you." }).waitFor();
    await page.goto(`${served.url}#/turn/2/story`);
    await page.getByText("The Great Acorn Mania").first().waitFor();
    expect(await violations(page)).toEqual([]);

    await page.goto(`${served.url}#/patron`);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("How it ended").waitFor({ timeout: 20_000 });
    expect(await page.locator(".final h3").innerText()).toMatch(/You leave|sent you away/);
    await expect.poll(() => page.locator(".link").innerText()).toBe("complete");
    expect(await violations(page)).toEqual([]);
    await page.goto(`${served.url}#/entry/${prompts.handoffs[0]!.entry}`);
    await page.getByRole("heading", { name: "Asked" }).waitFor();
    await page.getByRole("button", { name: "Verify here" }).click();
    await expect.poll(() => page.locator("[data-verdict]").getAttribute("data-verdict")).toBe("ok");
    quiet(watched);
    await page.close();
    await served.stop();
    // What the page did is a record like any other.
    expect(wood("verify", file)).toMatch(/six?|6/);
  }, 120_000);

  it("is refused by the rules in words", async () => {
    const served = await serve("--cast", "rules", "--seed", "3", "--turns", "3", "--pace", "0");
    const watched = await visit(context, served, "#/patron");
    const { page } = watched;
    await choose(page, "Bribe");
    await field(page, "Pebbles").fill("99999");
    await submit(page, "Bribe");
    await done(page, "Bribe");
    await page.getByRole("button", { name: "One day" }).click();
    await expect
      .poll(() => page.locator(".receipts li.recorded").first().innerText())
      .toMatch(/refused: not covered/);
    quiet(watched);
    await page.close();
    await served.stop();
  });

  it("sees the day as it goes, and the thoughts typed out", async () => {
    const served = await serve("--cast", "rules", "--seed", "5", "--turns", "4", "--pace", "0");
    const watched = await visit(context, served, "#/creatures");
    const { page } = watched;
    await expect.poll(() => page.getByText("waits for the first dawn").count()).toBe(5);
    const widths = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          // How many letters of the first thought were still to come when it was first seen.
          const look = (): void => {
            const rest = document.querySelector("blockquote .rest")?.textContent?.length ?? 0;
            if (rest > 0) resolve(rest);
            else requestAnimationFrame(look);
          };
          look();
        }),
    );
    await page.getByRole("button", { name: "One day" }).click();
    expect(await widths).toBeGreaterThan(0);
    await expect.poll(() => page.locator("blockquote .said").count()).toBe(5);
    await expect
      .poll(
        () =>
          page.evaluate(() =>
            [...document.querySelectorAll("blockquote .rest")].every(
              (each) => each.textContent === "",
            ),
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    // Who wants no motion gets it at once.
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.reload();
    await settled(page);
    await page.getByRole("button", { name: "One day" }).click();
    await expect.poll(() => page.locator(".day").innerText()).toContain("Day 2");
    expect(await page.locator("blockquote .rest").allInnerTexts()).toEqual(["", "", "", "", ""]);
    quiet(watched);
    await page.close();
    await served.stop();
  });

  it("plays on a phone", async () => {
    const served = await serve("--cast", "rules", "--seed", "5", "--turns", "2", "--pace", "0");
    const watched = await visit(context, served, "#/patron");
    const { page } = watched;
    await page.setViewportSize({ width: 360, height: 740 });
    for (const verb of [
      "Whisper a tip",
      "Lend",
      "Broker",
      "Sell short",
      "Spring a legend",
      "Turn the weather",
    ]) {
      await choose(page, verb);
      expect(await overflow(page), verb).toBeLessThanOrEqual(0);
    }
    expect(await violations(page)).toEqual([]);
    await choose(page, "Say aloud");
    await page.getByLabel("Words").fill("Hello.");
    await submit(page, "Say aloud");
    await done(page, "Say");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("How it ended").waitFor({ timeout: 20_000 });
    quiet(watched);
    await page.close();
    await served.stop();
  });
});

describe("the stream", () => {
  const streams = async (url: string): Promise<number> => {
    const text = await (await fetch(`${url}metrics`)).text();
    return Number(/^wood_streams (\d+)/m.exec(text)?.[1] ?? NaN);
  };

  it("is one for all tabs, and the next tab takes it over", async () => {
    const served = await serve("--cast", "rules", "--seed", "5", "--turns", "6", "--pace", "0");
    const tabs = [
      await visit(context, served, "#/creatures"),
      await visit(context, served, "#/market"),
      await visit(context, served, "#/story"),
      await visit(context, served, "#/creatures"),
      await visit(context, served, "#/market"),
      await visit(context, served, "#/story"),
      await visit(context, served, "#/patron"),
    ];
    for (const { page } of tabs)
      await expect.poll(() => page.locator(".link").innerText()).toBe("live");
    expect(await streams(served.url)).toBe(1);
    await tabs[0]!.page.getByRole("button", { name: "One day" }).click();
    for (const { page } of tabs.slice(0, 6))
      await expect.poll(() => page.locator(".day").innerText()).toContain("Day 1");
    await tabs[0]!.page.close();
    await tabs[1]!.page.getByRole("button", { name: "One day" }).click();
    for (const { page } of tabs.slice(1, 6))
      await expect.poll(() => page.locator(".day").innerText()).toContain("Day 2");
    await expect.poll(() => streams(served.url)).toBe(1);
    for (const watched of tabs) quiet(watched);
    for (const { page } of tabs.slice(1)) await page.close();
    await served.stop();
  });

  it("goes on when the server is back", async () => {
    const file = join(folder, "again.wood");
    let served = await serve(
      "--cast",
      "rules",
      "--seed",
      "5",
      "--turns",
      "6",
      "--pace",
      "0",
      "--out",
      file,
    );
    const { page } = await visit(context, served, "#/story");
    await page.getByRole("button", { name: "One day" }).click();
    await page.getByRole("heading", { name: "Day 1, autumn" }).waitFor();
    const { port } = served;
    await served.stop();
    await expect
      .poll(() => page.locator(".link").innerText(), { timeout: 10_000 })
      .toBe("reconnecting");
    served = await serve(file, "--port", String(port), "--pace", "0");
    await expect.poll(() => page.locator(".link").innerText(), { timeout: 15_000 }).toBe("live");
    await expect.poll(() => page.getByRole("button", { name: /Start|Go on/ }).count()).toBe(1);
    await page.getByRole("button", { name: "One day" }).click();
    await page.getByRole("heading", { name: "Day 2, autumn" }).waitFor({ timeout: 15_000 });
    await page.close();
    await served.stop();
  });
});
