// Asks the server. Whatever goes wrong becomes a Refusal, which says what is wrong and what to do.
import type { Command, Problem, Receipt } from "./api-types";

export class Refusal extends Error {
  constructor(
    message: string,
    readonly mend: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" && value !== null && "detail" in value && "mend" in value;

async function refusal(response: Response): Promise<Refusal> {
  const said: unknown = await response.json().catch(() => null);
  if (isProblem(said)) return new Refusal(said.detail || said.title, said.mend, response.status);
  return new Refusal(`the server answered ${response.status}`, "", response.status);
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Refusal("the server does not answer", "Is `wood serve` still running?", 0);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await ask(path, { signal: signal ?? null })).json() as Promise<T>;
}

export async function getText(path: string): Promise<string> {
  return (await ask(path, {})).text();
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json() as Promise<T>;
}

export const command = (body: Command): Promise<Receipt> => post("/v1/commands", body);
/** Without a key the one that the run names is taken. */
export const verify = (key: string): Promise<unknown> =>
  post("/v1/verify", key === "" ? {} : { key });

/** A path with those parameters that say something. */
export function query(path: string, said: Record<string, string | number | null>): string {
  const given = Object.entries(said).filter(([, value]) => value !== null && value !== "");
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
}
