// Written by scripts/types.mjs from docs/openapi.json: `npm run types`.

/** RFC 9457. */
export interface Problem {
  /** about:blank, or a word for the kind of mistake. */
  type: string;
  title: string;
  status: number;
  /** What is wrong. */
  detail: string;
  /** Where: a member of the body, a header, a parameter, a path. */
  place: string;
  /** What to do about it. */
  mend: string;
}

export interface Health {
  status: "ok";
}

export interface Lots {
  good: string;
  lots: number;
}

export interface Run {
  scenario: string;
  title: string;
  cast: string;
  /** A decimal number below 2^64. */
  seed: string;
  goods: string[];
  creatures: string[];
  /** The last turn that is complete. */
  turn: number;
  /** Asked for. */
  turns: number;
  /** ready: waits for start. paused: also after a step. broken_off: a ledger without a seal that is only looked at. */
  state: "ready" | "running" | "paused" | "ended" | "failed" | "broken_off";
  /** Why it ended early or failed; else empty. */
  why: string;
  /** Whether commands are taken. */
  live: boolean;
  /** Whether everything may be seen. */
  ended: boolean;
  /** Whether the scenario has a Patron who can be played here. */
  patron: boolean;
  /** Whose eyes the answers are for: the Patron's until the run has ended. */
  viewer: "patron" | "everyone";
  /** The pace; 0: as fast as the minds answer. */
  turns_per_minute: number;
  season: string;
  entries: number;
  /** Id of the newest event; Last-Event-ID resumes behind it. */
  last_event: string;
  /** Millipebbles of a tick. */
  tick_mp: number;
  /** At which heat the magistrate does what, and how heat fades. */
  magistrate: { investigate: number; fine: number; freeze: number; exile: number; fade: number; };
  /** File name; empty for a run in memory. */
  ledger: string;
  /** Of the checkpoints. */
  origin: string;
  /** The run's own verifier key (C2SP signed-note). */
  signer: string;
  /** Whether /v1/compare has something. */
  compare: boolean;
  /** Of the program. */
  version: string;
}

export interface BeingDay {
  name: string;
  worth_mp: number;
  pnl_mp: number;
  mood: number | null;
  heat: number;
}

export interface GoodDay {
  good: string;
  /** Ticks. */
  mark: number;
  /** Lots. */
  volume: number;
}

/** orders to lots are of the day; prompts, facts, disclosures and leaks of the run so far. */
export interface Counts {
  orders: number;
  refused: number;
  trades: number;
  lots: number;
  prompts: number;
  facts: number;
  disclosures: number;
  leaks: number;
}

export interface Turn {
  /** A day, from 1; 0 is before the first. */
  turn: number;
  /** Number of a ledger entry. */
  entry: number;
  /** Number of a ledger entry. */
  first_entry: number;
  season: string;
  /** SHA-256 of the world's state, hex. */
  state: string;
  counts: Counts;
  goods: GoodDay[];
  beings: BeingDay[];
}

export interface Turns {
  turns: Turn[];
  /** `from` of the next page; null at the end. */
  next: number | null;
}

export interface Line {
  /** From outside, Dawn, News, Talk, The desk, Orders and fills, Deals, The magistrate or Dusk. */
  section: string;
  /** Null: a sum of the day. */
  entry: number | null;
  text: string;
}

/** Lines in the order of the day's sections. */
export interface Minutes {
  /** A day, from 1; 0 is before the first. */
  turn: number;
  season: string;
  lines: Line[];
}

export interface Thought {
  /** Number of a ledger entry. */
  entry: number;
  /** A day, from 1; 0 is before the first. */
  turn: number;
  who: string;
  /** What it was asked, e.g. act or desk.risk. */
  task: string;
  /** What it chose to do; empty at the desk. */
  act: string;
  text: string;
  /** It repeats what was said in private, and the run goes on. */
  withheld: boolean;
}

export interface Thoughts {
  thoughts: Thought[];
  /** `before` of the next page, further back; null at the end. */
  next: number | null;
}

export interface Creature {
  name: string;
  kind: "creature" | "fund" | "patron";
  animal: string;
  makes: string;
  makes_lots: number;
  temper: string;
  /** Seat at the desk. */
  role: string;
  mind: string;
  lab: string;
  family: string;
  mood: number | null;
  heat: number;
  worth_mp: number;
  pnl_mp: number;
  /** Null where the turn has not been looked at yet. */
  purse_mp: number | null;
  free_mp: number | null;
  stores: Lots[];
  short: Lots[];
  frozen_until: number;
  exiled: boolean;
  /** Only the Patron's own, until the run has ended. */
  orders: OpenOrder[];
  prompts: number;
  failures: number;
  /** Of answers. */
  tokens: number;
  wall_us: number;
  cost_nano: number;
  /** P&L in millipebbles, a value a turn up to the one asked for. */
  pnl: number[];
  thought: Thought | null;
}

export interface OpenOrder {
  good: string;
  side: "buy" | "sell";
  /** Ticks. */
  price: number;
  lots: number;
}

export interface Creatures {
  /** A day, from 1; 0 is before the first. */
  turn: number;
  creatures: Creature[];
}

/** Ticks and lots; the first four null on a day without a trade. */
export interface Candle {
  /** A day, from 1; 0 is before the first. */
  turn: number;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
  mark: number;
  volume: number;
}

export interface Good {
  good: string;
  food: boolean;
  spoil_ppm: number;
  /** Who makes it; empty: nobody. */
  maker: string;
  /** Ticks. */
  opening: number;
  mark: number;
  /** Lots of the last day. */
  volume: number;
  /** The opening price, then the mark of each dusk. */
  marks: number[];
}

export interface Goods {
  /** A day, from 1; 0 is before the first. */
  turn: number;
  goods: Good[];
}

export interface Level {
  price: number;
  lots: number;
  orders: number;
}

export interface Book {
  good: string;
  /** Whose end the depth shows. */
  turn: number;
  /** Best first, at most 12. */
  bids: Level[];
  asks: Level[];
  /** False: not known for this turn (a file whose replay is not through yet). */
  depth: boolean;
  candles: Candle[];
  /** The hidden value at each dawn; null until the run has ended. */
  latent: ({ turn: number; value_mp: number; })[] | null;
}

/** Trades with a name on one side; those of villagers among themselves are in the day's volume. */
export interface Trade {
  /** Number of a ledger entry. */
  entry: number;
  /** A day, from 1; 0 is before the first. */
  turn: number;
  good: string;
  price: number;
  lots: number;
  buyer: string;
  seller: string;
  /** Whose order came last. */
  taker: "buyer" | "seller";
}

export interface Trades {
  trades: Trade[];
  /** `before` of the next page, further back; null at the end. */
  next: number | null;
}

export interface Fact {
  /** Number of a ledger entry. */
  entry: number;
  /** A day, from 1; 0 is before the first. */
  turn: number;
  by: string;
  kind: string;
  /** `everyone`, `world`, or names. */
  audience: string[];
  /** docs/formats/facts.md */
  data: Record<string, unknown>;
}

export interface Facts {
  facts: Fact[];
  /** `from` of the next page; null at the end. */
  next: number | null;
}

export interface Ballot {
  seat: string;
  by: string;
  vote: string;
  confidence: number | null;
  reason: string;
  /** The reading of the ballot; null if none came. */
  entry: number | null;
}

export interface SeatSaid {
  seat: string;
  by: string;
  /** Number of a ledger entry. */
  entry: number;
  reason: string;
  /** What the seat answered, as understood. */
  said: Record<string, unknown>;
  withheld: boolean;
}

export interface Decision {
  /** A day, from 1; 0 is before the first. */
  turn: number;
  /** Number of a ledger entry. */
  entry: number;
  outcome: string;
  text: string;
  /** buy, sell or hold. */
  action: string;
  good: string;
  lots: number;
  /** Limit in ticks. */
  price: number;
  filled: number;
  n_eff_milli: number;
  /** How the vote came out. */
  why: string;
  /** Entry of the vote. */
  vote: number | null;
  seats: SeatSaid[];
  ballots: Ballot[];
}

export interface Desk {
  decisions: Decision[];
  /** `from` of the next page; null at the end. */
  next: number | null;
}

export interface Verdict {
  /** A day, from 1; 0 is before the first. */
  turn: number;
  /** Number of a ledger entry. */
  entry: number;
  who: string;
  sentence: string;
  heat: number;
  reason: string;
  evidence: number[];
}

export interface Verdicts {
  verdicts: Verdict[];
}

export interface Handoff {
  /** Number of a ledger entry. */
  entry: number;
  /** A day, from 1; 0 is before the first. */
  turn: number;
  kind: string;
  by: string;
  /** Its causes. */
  from: number[];
  /** In one line; empty while hidden. */
  text: string;
  /** The Patron may not see it until the run has ended. */
  hidden: boolean;
}

export interface Handoffs {
  handoffs: Handoff[];
  /** `from` of the next page; null at the end. A page can be short or empty before the end: a search looks at a bounded number of entries. */
  next: number | null;
}

export interface Token {
  id: number;
  /** The schema left no choice. */
  forced: boolean;
}

export interface Message {
  role: string;
  content: string;
}

export interface Usage {
  wall_us: number;
  cpu_us: number;
  reused: number;
  retries: number;
}

export interface HandoffDetail {
  /** Number of a ledger entry. */
  entry: number;
  /** A day, from 1; 0 is before the first. */
  turn: number;
  kind: string;
  by: string;
  from: number[];
  /** Entries that name it as a cause, at most 200. */
  effects: number[];
  text: string;
  hidden: boolean;
  body: Record<string, unknown> | null;
  /** Length of the entry; 0 while hidden. */
  bytes: number;
  prompt: { mind: string; task: string; messages: Message[]; schema: Record<string, unknown>; sampling: Record<string, unknown>; } | null;
  answer: { mind: string; text: string; reasoning: string; finish: string; prompt_count: number; answer_count: number; cost_nano: number; tokens: Token[]; confidence: ({ field: string; share_ppm: number; })[]; } | null;
  reading: { conforms: boolean; value: unknown; repairs: ({ kind: string; detail: string; })[]; faults: string[]; } | null;
  usage: Usage | null;
  blobs: ({ sha256: string; bytes: number; text: string | null; })[];
}

export interface Node {
  /** Number of a ledger entry. */
  entry: number;
  /** A day, from 1; 0 is before the first. */
  turn: number;
  kind: string;
  by: string;
  /** Steps back from the root. */
  depth: number;
  text: string;
  hidden: boolean;
}

export interface Trace {
  /** Number of a ledger entry. */
  root: number;
  nodes: Node[];
  edges: ({ from: number; to: number; })[];
  /** Entries whose causes are not followed. */
  cut: number[];
}

export interface Proof {
  /** Number of a ledger entry. */
  entry: number;
  index: number;
  /** Of the tree. */
  size: number;
  origin: string;
  /** base64, 32 bytes. */
  root: string;
  /** base64 of the entry's bytes; its leaf hash is SHA-256(0x00 followed by them). */
  leaf: string;
  /** base64, from the leaf upwards (RFC 9162 2.1.3). */
  path: string[];
  /** The signed note. */
  checkpoint: string;
  /** The bytes that are signed: the note's text. */
  signed: string;
  /** base64, Ed25519, 64 bytes. */
  signature: string;
  /** base64, 32 bytes. */
  public_key: string;
  /** The verifier key as text. The run names it itself: pin one that you know. */
  signer: string;
  /** The same as a C2SP .tlog-proof file. */
  tlog_proof: string;
}

export interface Verification {
  state: "idle" | "running" | "done" | "failed";
  phase: "" | "ledger" | "replay";
  turn: number;
  turns: number;
  /** Entries that it covers. */
  entries: number;
  why: string;
  result: Record<string, unknown> | null;
}

/** docs/formats/report.md */
export type Report = Record<string, unknown>;

/** As `wood compare --json` wrote it. */
export type Compare = Record<string, unknown>;

/** Begins the run. */
export interface ControlStart {
  control: "start";
}

/** Behind the turn that is being played. */
export interface ControlPause {
  control: "pause";
}

/** Goes on. */
export interface ControlResume {
  control: "resume";
}

/** So many turns, then a pause. */
export interface ControlStep {
  control: "step";
  turns?: number;
}

/** 0: as fast as the minds answer. */
export interface ControlSpeed {
  control: "speed";
  turns_per_minute: number;
}

/** Patron. Offers a loan; good and lots: collateral. */
export interface CommandLend {
  act: "lend";
  to: string;
  principal_mp: number;
  rate_bps: number;
  turns: number;
  good?: string;
  lots?: number;
}

/** Patron. A private tip; `true` whether it is. */
export interface CommandTip {
  act: "tip";
  to: string;
  good: string;
  direction: "up" | "down";
  text: string;
  true: boolean;
}

/** Patron. Money, and a word with it. */
export interface CommandBribe {
  act: "bribe";
  to: string;
  pebbles_mp: number;
  text?: string;
}

/** Patron. Offers an alliance between two. */
export interface CommandBroker {
  act: "broker";
  a: string;
  b: string;
  promise: "no_short" | "no_undercut" | "share_tips";
  turns: number;
}

/** Patron. Sells what he has not; price in ticks, 0: at market. */
export interface CommandShort {
  act: "short";
  good: string;
  lots: number;
  price: number;
}

/** Patron. Price in ticks, 0: at market. */
export interface CommandOrder {
  act: "order";
  good: string;
  side: "buy" | "sell";
  lots: number;
  price: number;
}

/** Patron. To everybody. */
export interface CommandSay {
  act: "say";
  text: string;
}

/** Patron. To one. */
export interface CommandWhisper {
  act: "whisper";
  to: string;
  text: string;
}

/** Patron or operator. Springs a legend of the Wood. */
export interface CommandLegend {
  act: "legend";
  kind: "acorn_mania" | "hollow_log" | "run_on_hoard";
  turns: number;
  good?: string;
  by?: "patron" | "operator";
}

/** Patron or operator. */
export interface CommandShock {
  act: "shock";
  kind: "drought" | "bumper" | "road" | "bank_run" | "early_winter";
  turns: number;
  good?: string;
  by?: "patron" | "operator";
}

/** Operator. The kill switch: a name or `all`. */
export interface CommandKill {
  act: "kill";
  who: string;
}

/** Operator. Lifts it. */
export interface CommandEnable {
  act: "enable";
  who: string;
}

/** Operator. Another limit for a pre-trade rule, through turn `until`. */
export interface CommandOverride {
  act: "override";
  rule: string;
  limit: number;
  until: number;
  who?: string;
}

/** Operator. Another mind for a creature or a step of the desk; only minds that the genesis names. */
export interface CommandSwap {
  act: "swap";
  mind: string;
  who?: string;
  step?: string;
}

/** Operator. No trade in a good through turn `until`. */
export interface CommandHalt {
  act: "halt";
  good: string;
  until: number;
}

/** Operator. Ends a halt; recorded as `resume`. */
export interface CommandReopen {
  act: "reopen";
  good: string;
}

/** Operator. Sets a mark. */
export interface CommandDecree {
  act: "decree";
  good: string;
  mark: number;
}

/** Operator. Ends the run behind the next turn and seals it. */
export interface CommandStop {
  act: "stop";
}

/** A control of this server, or an act that is recorded as an input of the run (docs/formats/inputs.md). */
export type Command = ControlStart | ControlPause | ControlResume | ControlStep | ControlSpeed | CommandLend | CommandTip | CommandBribe | CommandBroker | CommandShort | CommandOrder | CommandSay | CommandWhisper | CommandLegend | CommandShock | CommandKill | CommandEnable | CommandOverride | CommandSwap | CommandHalt | CommandReopen | CommandDecree | CommandStop;

export interface Receipt {
  id: number;
  /** The control or the act. */
  name: string;
  by: "patron" | "operator" | "control";
  /** As it was given, but for who gave it. */
  command: Record<string, unknown>;
  /** queued: acts at the dawn of the next turn. lost: the run ended first. */
  state: "done" | "queued" | "recorded" | "lost";
  /** In which it was recorded. */
  turn: number | null;
  /** Its input entry. */
  entry: number | null;
  /** What came of it so far: `refused: REASON`, `filled 2 of 3, rests`, `loan offered`, then `loan refused` or `loan active`, `tipped`, … */
  outcome: string;
}

export interface Receipts {
  commands: Receipt[];
  queued: number;
}

/** The first of each stream. */
export interface EventHello {
  run: Run;
  /** What was missed follows. */
  resumed: boolean;
}

/** The run was started, paused, slowed, ended. Has no id. */
export interface EventState {
  state: string;
  /** A day, from 1; 0 is before the first. */
  turn: number;
  turns_per_minute: number;
  why: string;
  ended: boolean;
}

/** A day is complete. */
export interface EventTurn {
  turn: Turn;
  candles: ({ good: string; candle: Candle; })[];
  lines: Line[];
}

/** Something that the minutes note. */
export interface EventLine {
  /** A day, from 1; 0 is before the first. */
  turn: number;
  /** Kind of the entry. */
  kind: string;
  /** Of an event entry: what; else empty. */
  what: string;
  by: string;
  lines: Line[];
}

export type EventThought = Thought;

export interface EventVerdict {
  verdict: Verdict;
  lines: Line[];
}

export type EventDecision = Decision;

export interface EventTrade {
  /** A day, from 1; 0 is before the first. */
  turn: number;
  trades: Trade[];
  lines: Line[];
}

/** The run is finished; from now on everything may be seen. */
export interface EventSeal {
  turns: number;
  stopped: string;
}

export type EventCommand = Receipt;

export type EventVerify = Verification;

/** The last of a stream that the server ends. */
export interface EventDropped {
  reason: string;
}
