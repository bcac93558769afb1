// Runs the browser tests: `web/run test/browser/run.mjs`, with WOOD the program. Without a Chromium it
// says so and ends with 77, which ctest counts as skipped.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(chromium)) {
  console.log(
    `skipped: ${chromium} is missing; install Debian's chromium, or name one by CHROMIUM`,
  );
  process.exit(77);
}
const web = fileURLToPath(new URL("../..", import.meta.url));
const ran = spawnSync(
  process.execPath,
  [
    "node_modules/.bin/vitest",
    "run",
    "--config",
    "vitest.browser.config.ts",
    ...process.argv.slice(2),
  ],
  { cwd: web, stdio: "inherit" },
);
process.exit(ran.status ?? 1);
