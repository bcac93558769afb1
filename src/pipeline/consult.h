// Asking minds, with everything about it on record: the one place where a prompt becomes an answer.
//
//   prompt ── commit ── ask ──┬── answer ── reading     (a mind answered)
//                             └── input                 (timeout, refusal, broken connection)
//
// Every prompt is written before any mind is asked, and all are asked in one call: what one says
// cannot reach another, and answers stand in the order asked, not the order they came in. What a
// value means, and what happens without one, is the caller's affair: pipeline/runner.h for steps,
// the agents for creatures.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/sink.h"
#include "minds/mind.h"
#include "minds/panel.h"
#include "minds/reader.h"
#include "pipeline/reply.h"

namespace wood {

struct Consult {
  std::string by;    // who is asked: `by` of all entries written, and the ask's reader
  std::string mind;  // name in the registry
  std::string task;  // "creature.act", "desk.vote", …
  std::int64_t turn = 0;
  std::vector<Seq> from;  // what caused the prompt: its view, its route, the steps it was shown
  std::vector<Message> messages;
  Json schema;  // must have passed check_schema
  Json facts;   // the same as the messages, as data
  Sampling sampling;
  std::int64_t wait_ms_max = 60'000;
  Reach reach = Reach::anywhere;  // here: it holds what must not leave this machine
};

struct Consulted {
  Seq prompt;
  Seq reply;    // the answer entry, or the input entry that says why there is none
  Seq reading;  // none if there was no answer
  std::optional<Failure> failure;
  bool conforms = false;            // `value` conforms to the schema
  Json value;                       // null unless it conforms
  std::vector<Repair> repairs;      // what had to be mended to read it
  std::vector<std::string> faults;  // why it does not conform
  Answer answer;                    // as given; empty if there is a failure

  // The entry to name as the cause of whatever follows from this.
  [[nodiscard]] Seq last() const { return reading.some() ? reading : reply; }
};

// One Consulted a Consult, in the same order. Commits after the prompts (they leave the process),
// not after the answers: the caller commits before it lets one move anything. Fails only if the
// commit fails; a mind that does not answer is a Consulted with a failure. What must stay here is
// not put to a remote mind: that is a failure too, Errc::local. Usage goes to the margin.
Result<std::vector<Consulted>> consult(Sink& sink, Panel& panel, std::span<const Consult> consults);

// Why there was no answer, in a word: "timeout", "local", "no_answer".
std::string code_of(const Failure& failure);

// The ask that a `prompt` entry records, for who would put it again; its facts and its time limit
// are not on record. Errc::parse if the entry is no prompt.
Result<Ask> read_ask(const Entry& prompt, const Fetch& fetch);

}  // namespace wood
