// A real `wood serve`, and a real Chromium that looks at it.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

export const program = process.env.WOOD ?? "../build/wood";
export const folder = mkdtempSync(join(tmpdir(), "wood-page-"));
// Its own key: nothing of the machine's is used or written.
const env = {
  ...process.env,
  XDG_DATA_HOME: join(folder, "data"),
  XDG_CONFIG_HOME: join(folder, "config"),
};

export const wood = (...args: string[]): string =>
  execFileSync(program, args, { env, encoding: "utf8", cwd: folder });

export interface Served {
  url: string;
  port: number;
  stop: () => Promise<void>;
}

let runs = 0;

/** Ends by itself after ten minutes, whatever becomes of the test. */
export async function serve(...args: string[]): Promise<Served> {
  // A run's file is never overwritten: each has its own.
  const fresh =
    args[0]?.endsWith(".wood") || args.includes("--out")
      ? []
      : ["--out", join(folder, `run-${++runs}.wood`)];
  const child: ChildProcess = spawn(
    "timeout",
    [
      "600",
      program,
      "serve",
      ...args,
      ...fresh,
      "--quiet",
      ...(args.includes("--port") ? [] : ["--port", "0"]),
    ],
    { env, cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      said += chunk.toString();
      const match = /http:\/\/[\d.]+:\d+\//.exec(said);
      if (match) resolve(match[0]);
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.once("exit", (code) => reject(new Error(`wood serve ended with ${code}: ${said}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    stop: async () => {
      child.kill("SIGINT");
      await ended;
    },
  };
}

export async function browser(): Promise<BrowserContext> {
  return chromium.launchPersistentContext(mkdtempSync(join(folder, "profile-")), {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    viewport: { width: 1280, height: 900 },
  });
}

export interface Watched {
  page: Page;
  /** What no page may do: errors, refusals by the policy, requests to anybody else. */
  complaints: string[];
}

/** A page at a place of the server, quiet about motion and watched. */
export async function visit(context: BrowserContext, served: Served, hash = ""): Promise<Watched> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (
      new URL(request.url()).origin !== new URL(served.url).origin &&
      !request.url().startsWith("data:")
    )
      complaints.push(`asks ${request.url()}`);
  });
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(served.url + hash);
  await page.locator("main h2, main h3").first().waitFor();
  return { page, complaints };
}

const axe = readFileSync(
  new URL("../../node_modules/axe-core/axe.min.js", import.meta.url),
  "utf8",
);

/** Violations that axe-core finds, in short. */
export async function violations(page: Page): Promise<string[]> {
  // The page's own policy lets no script in; the test's own comes through the debugger.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const run = (
      globalThis as unknown as {
        axe: {
          run: (options: object) => Promise<{
            violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
          }>;
        };
      }
    ).axe;
    return (await run.run({ resultTypes: ["violations"] })).violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`).join(" | ")}`,
    );
  });
  return found;
}

/** How far the page is wider than the window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  await page.waitForFunction(() => !document.body.innerText.includes("Walking into the wood"));
  await page.waitForTimeout(350);
}

export const clean = (): void => rmSync(folder, { recursive: true, force: true });
export const quiet = (watched: Watched): void => expect(watched.complaints).toEqual([]);
