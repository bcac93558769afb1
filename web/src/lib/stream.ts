// One stream of events for all tabs of this browser: browsers allow six connections to a server, and
// a stream holds one. The tab that holds a Web Lock reads the stream and tells the others over a
// BroadcastChannel; when it goes, the next one goes on behind the last event that it has seen.
// Without locks (plain http to another machine) each tab reads for itself.

export interface Message {
  type: string;
  /** Number of the ledger entry that it tells of; null: it tells of the server. */
  id: number | null;
  data: unknown;
}

export type Link = "connecting" | "live" | "broken";

export interface Listener {
  message: (message: Message) => void;
  link: (link: Link) => void;
}

/** What a stream needs of a browser; tests give their own. */
export interface Browser {
  source: (url: string) => EventSource;
  channel: (name: string) => BroadcastChannel | null;
  /** Resolves once this tab leads; null: there are no locks. */
  lead: ((name: string, then: () => Promise<void>) => void) | null;
}

const types = [
  "hello",
  "state",
  "turn",
  "line",
  "thought",
  "verdict",
  "decision",
  "trade",
  "seal",
  "command",
  "verify",
  "dropped",
];

const closed = 2; // EventSource.CLOSED

type Told = { message: Message } | { link: Link } | { ask: "hello" };

/** This one. */
export const browser = (): Browser => ({
  source: (url) => new EventSource(url),
  channel: (name) => ("BroadcastChannel" in globalThis ? new BroadcastChannel(name) : null),
  lead:
    "locks" in navigator
      ? (name, then) => void navigator.locks.request(name, then).catch(() => undefined)
      : null,
});

export class Stream {
  private last = -1;
  private source: EventSource | null = null;
  private hello: Message | null = null;
  private linked: Link = "connecting";
  private leads = false;
  private readonly channel: BroadcastChannel | null;
  private release: () => void = () => undefined;

  /** Events behind `after` are told; what stands before is asked for otherwise. */
  constructor(
    private readonly listener: Listener,
    after: number,
    private readonly from: Browser = browser(),
  ) {
    this.last = after;
    this.channel = from.lead ? from.channel("wood-events") : null;
    if (this.channel) this.channel.onmessage = (event) => this.told(event.data as Told);
    if (!from.lead || !this.channel) {
      this.leads = true;
      this.open();
      return;
    }
    this.channel.postMessage({ ask: "hello" } satisfies Told);
    from.lead("wood-events", () => {
      this.leads = true;
      this.open();
      return new Promise((resolve) => (this.release = resolve));
    });
  }

  close(): void {
    this.source?.close();
    this.channel?.close();
    this.release();
  }

  get leading(): boolean {
    return this.leads;
  }

  private open(): void {
    const source = this.from.source(`/v1/events?after=${this.last}`);
    this.source = source;
    for (const type of types)
      source.addEventListener(type, (event) => {
        const { data, lastEventId } = event as MessageEvent<string>;
        // The browser repeats the last id on events that have none of their own.
        const id = numbered.has(type) && lastEventId !== "" ? Number(lastEventId) : null;
        this.pass({ type, id, data: JSON.parse(data) as unknown });
      });
    source.onopen = () => this.pass("live");
    source.onerror = () => {
      this.pass("broken");
      // The browser comes back by itself unless the answer was a refusal.
      if (source.readyState === closed)
        setTimeout(() => this.source === source && this.open(), 3000);
    };
  }

  private pass(what: Message | Link): void {
    if (typeof what === "string") this.linked = what;
    else if (what.type === "hello") this.hello = what;
    this.channel?.postMessage(
      (typeof what === "string" ? { link: what } : { message: what }) satisfies Told,
    );
    this.take(what);
  }

  private take(what: Message | Link): void {
    if (typeof what === "string") return this.listener.link(what);
    if (what.id !== null) {
      if (what.id <= this.last) return; // told twice: a leader that came behind us
      this.last = what.id;
    }
    this.listener.message(what);
  }

  private told(told: Told): void {
    if ("ask" in told) {
      if (!this.leads) return;
      this.channel?.postMessage({ link: this.linked } satisfies Told);
      if (this.hello) this.channel?.postMessage({ message: this.hello } satisfies Told);
    } else if (!this.leads) {
      this.take("link" in told ? told.link : told.message);
    }
  }
}

const numbered = new Set(["turn", "line", "thought", "verdict", "decision", "trade", "seal"]);
