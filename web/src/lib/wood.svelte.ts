// What the whole page knows: the run, its days, which day is looked at, and what the stream tells.
// Views ask the server for the rest (resource), again whenever `stamp` moves.
import { Refusal, get, query } from "./api";
import type {
  EventDecision,
  EventHello,
  EventState,
  EventTrade,
  EventTurn,
  Receipt,
  Run,
  Thought,
  Turn,
  Turns,
  Verification,
} from "./api-types";
import { type Route, link, parse } from "./route";
import { type Link, type Message, Stream } from "./stream";

// Events are taken in bunches: rules play thirty turns a second.
const bunchMs = 250;

class Wood {
  run = $state.raw<Run | null>(null);
  trouble = $state.raw<Refusal | null>(null);
  turns = $state.raw<Turn[]>([]);
  route = $state.raw<Route>(parse(location.hash));
  link = $state<Link>("connecting");
  /** Moves when a day has ended or the run has: what was asked for is old. */
  stamp = $state(0);
  /** Moves also within a day. */
  pulse = $state(0);
  /** The newest thought of each who thought since the page was opened. */
  thoughts = $state.raw<Record<string, Thought>>({});
  receipts = $state.raw<Receipt[]>([]);
  verification = $state.raw<Verification | null>(null);
  /** The day that has begun, and of which something is known. */
  begun = $state(0);
  notice = $state("");
  /** Counts the calls for the field of the search. */
  searches = $state(0);

  /** The day looked at: the address's, else the last. */
  day = $derived(
    this.route.turn === null ? this.last : Math.min(Math.max(this.route.turn, 1), this.last),
  );
  follows = $derived(this.route.turn === null || this.route.turn >= this.last);

  // Values of their own: `run` is another object after each event, and what asks by one of these is
  // not to ask again for that.
  known = $derived(this.run !== null);
  ended = $derived(this.run?.ended ?? false);
  compares = $derived(this.run?.compare ?? false);

  private bunch: Message[] = [];
  private stream: Stream | null = null;

  get last(): number {
    return this.run?.turn ?? 0;
  }

  get playing(): boolean {
    return this.run?.state === "running";
  }

  async open(): Promise<void> {
    addEventListener("hashchange", () => (this.route = parse(location.hash)));
    await this.reload();
    while (this.run === null) {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      await this.reload();
    }
    const after = Number(this.run.last_event);
    this.stream = new Stream(
      {
        message: (message) => this.heard(message),
        link: (state) => (this.link = state),
      },
      Number.isInteger(after) ? after : -1,
    );
    addEventListener("pagehide", () => this.stream?.close());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  go(to: Partial<Route>): void {
    location.hash = link(to);
  }

  /** The address of another day of the same view, without a step back for each. */
  goDay(turn: number): void {
    const { view, of } = this.route;
    const latest = turn >= this.last && !this.run?.ended;
    const plain = view === "ledger" || view === "patron" || view === "compare";
    history.replaceState(
      null,
      "",
      link({ view: plain ? "market" : view, of: plain ? "" : of, turn: latest ? null : turn }),
    );
    this.route = parse(location.hash);
  }

  private async reload(): Promise<void> {
    try {
      const run = await get<Run>("/v1/run");
      const turns: Turn[] = [];
      for (let from: number | null = 1; from !== null;) {
        const page: Turns = await get<Turns>(query("/v1/turns", { from, limit: 500 }));
        turns.push(...page.turns);
        from = page.next;
      }
      this.run = run;
      this.turns = turns;
      this.begun = run.turn;
      this.trouble = null;
    } catch (error) {
      this.trouble = error instanceof Refusal ? error : new Refusal(String(error), "", 0);
    }
  }

  private heard(message: Message): void {
    this.bunch.push(message);
    if (this.bunch.length === 1) setTimeout(() => this.digest(), bunchMs);
  }

  private digest(): void {
    const bunch = this.bunch;
    this.bunch = [];
    const turns: Turn[] = [];
    const thoughts: Record<string, Thought> = {};
    let run = this.run;
    let begun = this.begun;
    let old = false;
    let beat = false;
    for (const { type, data } of bunch) {
      switch (type) {
        case "hello": {
          const hello = (data as EventHello).run;
          // Another run, or this one gone on with: nothing here is true any more.
          if (run && hello.origin !== run.origin) return location.reload();
          if (!run || hello.entries >= run.entries) run = hello;
          old = true;
          break;
        }
        case "state": {
          const said = data as EventState;
          if (run)
            run = {
              ...run,
              ...said,
              state: said.state as Run["state"],
              turn: Math.max(run.turn, said.turn),
            };
          break;
        }
        case "turn": {
          const { turn } = data as EventTurn;
          turns.push(turn);
          begun = Math.max(begun, turn.turn);
          if (run) run = { ...run, turn: Math.max(run.turn, turn.turn), season: turn.season };
          old = true;
          break;
        }
        case "thought": {
          const thought = data as Thought;
          thoughts[thought.who] = thought;
          beat = true;
          break;
        }
        case "line":
        case "trade":
        case "decision":
          begun = Math.max(begun, (data as EventTrade | EventDecision).turn);
          beat = true;
          break;
        case "verdict":
          beat = true;
          break;
        case "seal":
          old = true;
          break;
        case "command":
          this.receive(data as Receipt);
          break;
        case "verify":
          this.verification = data as Verification;
          break;
        case "dropped":
          this.notice = `The stream was cut (${(data as { reason: string }).reason}); coming back.`;
          break;
      }
    }
    this.run = run;
    this.begun = begun;
    if (turns.length > 0) this.turns = merged(this.turns, turns);
    if (Object.keys(thoughts).length > 0) this.thoughts = { ...this.thoughts, ...thoughts };
    if (old) this.stamp += 1;
    if (old || beat) this.pulse += 1;
    // A seal opens what was hidden: the run says so itself.
    if (bunch.some(({ type }) => type === "seal" || type === "state")) void this.refresh();
  }

  private async refresh(): Promise<void> {
    try {
      const was = this.run?.ended;
      this.run = await get<Run>("/v1/run");
      if (was !== this.run.ended) this.stamp += 1;
      if (this.turns.length < this.run.turn) await this.reload();
    } catch {
      // The stream says when the server is back.
    }
  }

  receive(receipt: Receipt): void {
    const others = this.receipts.filter((each) => each.id !== receipt.id);
    this.receipts = [receipt, ...others].sort((a, b) => b.id - a.id);
  }
}

/** Days in order, each once; the newer telling of a day stands. */
export function merged(old: readonly Turn[], fresh: readonly Turn[]): Turn[] {
  const byTurn = new Map(old.map((turn) => [turn.turn, turn]));
  for (const turn of fresh) byTurn.set(turn.turn, turn);
  return [...byTurn.values()].sort((a, b) => a.turn - b.turn);
}

export const wood = new Wood();

export interface Resource<T> {
  readonly data: T | null;
  readonly error: Refusal | null;
  readonly busy: boolean;
}

/** Asks for what `path` names, again whenever what it read has changed. What was there stays until
 *  the answer is, so that nothing flickers; an answer that comes too late is dropped. */
export function resource<T>(path: () => string | null): Resource<T> {
  let data = $state.raw<T | null>(null);
  let error = $state.raw<Refusal | null>(null);
  let busy = $state(false);
  let had = "";
  $effect(() => {
    const wanted = path();
    if (wanted === null) {
      data = null;
      return;
    }
    const stop = new AbortController();
    busy = true;
    if (had.split("?")[0] !== wanted.split("?")[0]) data = null;
    had = wanted;
    get<T>(wanted, stop.signal)
      .then((value) => {
        if (stop.signal.aborted) return;
        data = value;
        error = null;
        busy = false;
      })
      .catch((problem: unknown) => {
        if (stop.signal.aborted) return;
        error = problem instanceof Refusal ? problem : new Refusal(String(problem), "", 0);
        busy = false;
      });
    return () => stop.abort();
  });
  return {
    get data() {
      return data;
    },
    get error() {
      return error;
    },
    get busy() {
      return busy;
    },
  };
}
