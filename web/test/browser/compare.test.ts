// A comparison that the server was started with.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { browser, folder, overflow, quiet, serve, settled, violations, visit, wood } from "./wood";

it("a comparison is drawn with its intervals", async () => {
  const ledger = join(folder, "small.wood");
  wood("run", "pair", "--cast", "rules", "--seed", "1", "--turns", "1", "--quiet", "--out", ledger);
  const file = join(folder, "compare.json");
  writeFileSync(
    file,
    JSON.stringify({
      casts: [
        { name: "rules", pnl_mp: { mean: 5120, low: 3010, high: 7300 } },
        { name: "<b>random</b>", pnl_mp: { mean: -2100, low: -4000, high: -300 } },
      ],
    }),
  );
  const served = await serve(ledger, "--compare", file);
  const context = await browser();
  const watched = await visit(context, served, "#/compare");
  const { page } = watched;
  await page.getByRole("heading", { name: "pnl" }).waitFor();
  expect(await page.locator("main table").innerText()).toMatch(
    /rules\s+5\.12 3\.01 … 7\.30\s+<b>random<\/b>\s+−2\.10 −4\.00 … −0\.30/,
  );
  // The intervals lie apart, and so do their bars.
  const bars = await page
    .locator(".plot rect:not(.dot)")
    .evaluateAll((all) =>
      all.map((each) => [each.getBoundingClientRect().left, each.getBoundingClientRect().right]),
    );
  expect(bars[1]![1]!).toBeLessThan(bars[0]![0]!);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  }
  quiet(watched);
  await context.close();
  await served.stop();
});
