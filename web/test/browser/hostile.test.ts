// Texts of players, models and files that would be markup: in every view they stay text.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";

import { browser, folder, overflow, quiet, type Served, serve, settled, visit } from "./wood";

const spells = [
  "<img src=x onerror=pwned()>",
  '"><script>pwned()</script>',
  "</textarea></title><svg onload=pwned()>",
  "javascript:pwned() {{pwned()}} ${pwned()} {@html pwned()}",
  "\u202eDLOG\u202c <b>bold</b> &lt;i&gt;",
  `${"W".repeat(300)}`,
];

let served: Served;
let context: BrowserContext;
let model: Server;

// A model that answers whatever it is asked with markup: sometimes in form, sometimes not.
function ill(): Promise<number> {
  let asked = 0;
  model = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const spell = spells[asked++ % spells.length]!;
      const content =
        asked % 3 === 0
          ? spell
          : JSON.stringify({ reason: spell.slice(0, 110), act: "say", text: spell.slice(0, 110) });
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(
        JSON.stringify({
          id: "x",
          object: "chat.completion",
          created: 1,
          model: "ill",
          choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        }),
      );
    });
  });
  return new Promise((resolve) =>
    model.listen(0, "127.0.0.1", () => resolve((model.address() as AddressInfo).port)),
  );
}

beforeAll(async () => {
  const port = await ill();
  writeFileSync(
    join(folder, "ill.toml"),
    `[[mind]]\nname = "ill"\nlab = "<u>lab</u>"\nfamily = "<i onmouseover=pwned()>"\nkind = "openai"\nendpoint = "http://127.0.0.1:${port}/v1"\nmodel = "ill"\ncontext = 4096\n`,
  );
  const scenario = readFileSync(
    new URL("../../../scenarios/five-labs.toml", import.meta.url),
    "utf8",
  )
    .replace(/^title = .*$/m, 'title = "<img src=x onerror=pwned()>"')
    .replace(/^animal = "owl"$/m, 'animal = "<img src=x onerror=pwned()>"')
    .replace(/^\[\[calendar\]\][\s\S]*$/m, "");
  writeFileSync(join(folder, "ill-wood.toml"), scenario);
  served = await serve(
    join(folder, "ill-wood.toml"),
    "--cast",
    "rules",
    "--cast",
    "oona=ill",
    "--minds",
    join(folder, "ill.toml"),
    "--seed",
    "2",
    "--turns",
    "2",
    "--pace",
    "0",
  );
  context = await browser();
  await context.addInitScript(() =>
    Object.assign(globalThis, { pwned: () => Object.assign(globalThis, { lost: true }) }),
  );
});
afterAll(async () => {
  await context?.close();
  await served?.stop();
  model?.close();
});

it("stay text in every view, live and when the run is over", async () => {
  const post = async (body: object): Promise<void> => {
    const response = await fetch(`${served.url}v1/commands`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status, JSON.stringify(body)).toBe(202);
  };
  for (const text of spells) {
    await post({ act: "say", text });
    await post({ act: "whisper", to: "pip", text });
    await post({ act: "tip", to: "fenn", good: "honey", direction: "up", text, true: false });
    await post({ act: "bribe", to: "bram", pebbles_mp: 10, text });
  }
  const watched = await visit(context, served, "#/story");
  const { page } = watched;
  const whole = async (): Promise<void> => {
    await settled(page);
    const state = await page.evaluate(() => ({
      lost: "lost" in globalThis,
      // Elements that only a text could have brought.
      made: [
        ...document.querySelectorAll(
          "main img, main script, main u, header img, main [onerror], main [onload], main [onmouseover], svg[onload], a[href^='javascript' i]",
        ),
      ].map((each) => each.outerHTML),
    }));
    expect(state, page.url()).toEqual({ lost: false, made: [] });
    expect(await overflow(page), page.url()).toBeLessThanOrEqual(0);
  };
  const look = async (): Promise<void> => {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      for (const hash of [
        "#/market",
        "#/creatures",
        "#/turn/1/story",
        "#/ledger",
        `#/ledger?text=${encodeURIComponent(spells[0]!)}`,
        "#/patron",
        "#/compare",
        `#/market/${encodeURIComponent(spells[0]!)}`,
        `#/entry/${encodeURIComponent(spells[1]!)}`,
      ]) {
        await page.goto(served.url + hash);
        await whole();
      }
    }
  };
  await page.getByRole("button", { name: "One day" }).click();
  await page.getByRole("heading", { name: "Day 1, autumn" }).waitFor({ timeout: 30_000 });
  await look();
  await page.goto(`${served.url}#/turn/1/story`);
  for (const text of spells.slice(0, 4)) await page.getByText(text).first().waitFor();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect
    .poll(() => page.locator(".link").textContent(), { timeout: 30_000 })
    .toBe("complete");
  await look();
  // The title of the scenario, what the mind is said to be, and every entry that it wrote.
  await page.goto(`${served.url}#/creatures`);
  await page.getByText("<u>lab</u>").first().waitFor();
  expect(await page.locator("header").innerText()).toContain("<img src=x onerror=pwned()>");
  const { handoffs } = (await (
    await fetch(`${served.url}v1/handoffs?by=oona&limit=400`)
  ).json()) as { handoffs: { entry: number; kind: string }[] };
  const answers = handoffs.filter((each) => ["answer", "reading"].includes(each.kind));
  expect(answers.length).toBeGreaterThan(4);
  for (const { entry } of answers.slice(0, 8)) {
    await page.goto(`${served.url}#/entry/${entry}`);
    await page.getByRole("heading", { name: `Entry ${entry}` }).waitFor();
    await whole();
  }
  quiet(watched);
  await page.close();
}, 240_000);

it("as a refusal of the server stay text too", async () => {
  const watched = await visit(context, served, "#/ledger");
  const { page } = watched;
  await page.route("**/v1/turns/**/minutes", (route) =>
    route.fulfill({
      status: 500,
      contentType: "application/problem+json",
      body: JSON.stringify({
        type: "about:blank",
        title: spells[0],
        status: 500,
        detail: spells[0],
        place: spells[1],
        mend: spells[1],
      }),
    }),
  );
  await page.goto(`${served.url}#/turn/1/story`);
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").innerText()).toContain("<img src=x onerror=pwned()>");
  expect(await page.evaluate(() => "lost" in globalThis)).toBe(false);
  await page.close();
});
