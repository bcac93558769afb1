import { describe, expect, it } from "vitest";

import { type Browser, type Message, Stream } from "../src/lib/stream";

// Tabs of one browser: a lock that one holds, a channel between all, and sources that the test feeds.
class FakeSource extends EventTarget {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 1;
  constructor(readonly url: string) {
    super();
  }
  close(): void {
    this.readyState = 2;
  }
  say(type: string, data: unknown, id = ""): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId: id }));
  }
}

class Tabs {
  sources: FakeSource[] = [];
  private waiting: (() => Promise<void>)[] = [];
  private held = false;
  private channels: { onmessage: ((event: MessageEvent) => void) | null }[] = [];

  readonly browser: Browser = {
    source: (url) => {
      const source = new FakeSource(url);
      this.sources.push(source);
      return source as unknown as EventSource;
    },
    channel: () => {
      const mine = {
        onmessage: null,
        postMessage: (data: unknown) => {
          for (const each of this.channels)
            if (each !== mine) each.onmessage?.({ data } as MessageEvent);
        },
        close: () => (this.channels = this.channels.filter((each) => each !== mine)),
      };
      this.channels.push(mine);
      return mine as unknown as BroadcastChannel;
    },
    lead: (_name, then) => {
      this.waiting.push(then);
      this.next();
    },
  };

  private next(): void {
    const then = this.held ? undefined : this.waiting.shift();
    if (!then) return;
    this.held = true;
    void then().then(() => {
      this.held = false;
      this.next();
    });
  }
}

function tab(tabs: Tabs, after = -1, browser = tabs.browser) {
  const heard: Message[] = [];
  const links: string[] = [];
  const stream = new Stream(
    { message: (message) => heard.push(message), link: (link) => links.push(link) },
    after,
    browser,
  );
  return { stream, heard, links, ids: () => heard.map((message) => message.id) };
}

describe("the stream", () => {
  it("is opened once for all tabs, and all hear the same", () => {
    const tabs = new Tabs();
    const [a, b] = [tab(tabs, 5), tab(tabs, 5)];
    expect(tabs.sources.map((source) => source.url)).toEqual(["/v1/events?after=5"]);
    tabs.sources[0]!.say("turn", { turn: 1 }, "6");
    tabs.sources[0]!.say("thought", { who: "oona" }, "7");
    expect([a.ids(), b.ids()]).toEqual([
      [6, 7],
      [6, 7],
    ]);
    expect([a.stream.leading, b.stream.leading]).toEqual([true, false]);
  });

  it("goes on behind the last event when the tab that read it is closed", async () => {
    const tabs = new Tabs();
    const [a, b] = [tab(tabs), tab(tabs)];
    tabs.sources[0]!.say("turn", {}, "10");
    a.stream.close();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(b.stream.leading).toBe(true);
    expect(tabs.sources[1]!.url).toBe("/v1/events?after=10");
    tabs.sources[1]!.say("turn", {}, "11");
    expect(b.ids()).toEqual([10, 11]);
  });

  it("tells an event that comes twice once, and one that has no id always", () => {
    const tabs = new Tabs();
    const a = tab(tabs);
    const source = tabs.sources[0]!;
    source.say("turn", {}, "3");
    source.say("turn", {}, "3");
    source.say("state", { state: "paused" }, "3"); // the browser repeats the last id
    source.say("state", { state: "paused" }, "3");
    expect(a.ids()).toEqual([3, null, null]);
  });

  it("tells a tab that comes later how things stand", () => {
    const tabs = new Tabs();
    tab(tabs);
    tabs.sources[0]!.onopen!();
    tabs.sources[0]!.say("hello", { run: {}, resumed: false });
    const late = tab(tabs);
    expect(late.links).toEqual(["live"]);
    expect(late.heard.map((message) => message.type)).toEqual(["hello"]);
  });

  it("is read by each tab itself where there are no locks", () => {
    const tabs = new Tabs();
    const alone: Browser = { ...tabs.browser, lead: null };
    const [a, b] = [tab(tabs, -1, alone), tab(tabs, -1, alone)];
    expect(tabs.sources).toHaveLength(2);
    tabs.sources[0]!.say("turn", {}, "1");
    expect([a.ids(), b.ids()]).toEqual([[1], []]);
  });

  it("says when it is broken", () => {
    const tabs = new Tabs();
    const [a, b] = [tab(tabs), tab(tabs)];
    tabs.sources[0]!.onopen!();
    tabs.sources[0]!.onerror!();
    expect(a.links).toEqual(["live", "broken"]);
    expect(b.links).toEqual(["connecting", "live", "broken"]);
  });
});
