// Runs a pipeline on one input. Steps of one layer do not see each other: all minds of a layer are
// asked in one call, sealed ballots among them. Every step leaves entries with their true causes:
//
//   ask        prompt → answer → reading [→ check] [→ step, if the default stands in]
//   vote       ballots as asks or steps → vote [→ route → prompt → … → step, if it escalates]
//   cascade    route → prompt → answer → reading [→ check], and so on to the rung that is enough
//   versions   as the ballots of a vote → step
//   route      route;   rule, transform, outcome: step;   effect: step → the host's entries → step
//
// A step without an output says why in a step entry, and what needs it knows.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ledger/sink.h"
#include "minds/panel.h"
#include "pipeline/memory.h"
#include "pipeline/pipeline.h"

namespace wood {

struct Seat {
  std::string by;    // who sits there: `by` of the entries and reader of the prompts
  std::string mind;  // who answers
};
using Cast = std::map<std::string, Seat>;

// What the runner must know of a mind. Prices in micro-units of currency per million tokens.
struct MindTraits {
  bool terse = false;
  std::int64_t price_in = 0;
  std::int64_t price_out = 0;
  std::int64_t latency_ms = -1;  // that an ask is reckoned to take; -1: not stated
  Sampling sampling = {};        // of a question without a wish of its own
  bool remote = false;           // outside this machine: not asked what is marked local
};
// By a mind's card, as the genesis has it (style, prices, latency_ms, sampling, kind). A rule takes
// no time, an endpoint is outside; which is why a replay knows the same as the run did.
MindTraits traits_of(const Json& card);

// Somebody is about to be asked, and may be shown something first.
struct Showing {
  const Step& step;
  std::string seat;
  std::string by;
  Json draft;             // the outputs of the steps it needs, by name
  std::vector<Seq> from;  // their entries
};
struct Shown {
  std::vector<Seq> from;  // the view, as cause of the prompt
  Json input;             // the input as he may see it: the data of that view
};

struct EffectCall {
  std::string effect;
  std::string by;
  Json args;
  Seq cause;  // the step entry that says it is called
  std::int64_t turn = 0;
};
struct Effected {
  Json output;
  std::vector<Seq> from;  // the entries the host wrote about it, each with `cause` among its causes
};

// What a pipeline may have done in the world. An error is an outside failure: the step takes its
// default.
class Effects {
 public:
  virtual ~Effects() = default;
  virtual Result<Effected> perform(const EffectCall& call) = 0;
  // Whether an effect is felt outside this process: its call is committed first.
  [[nodiscard]] virtual bool remote() const { return true; }
};

struct Context {
  Sink& sink;
  Panel& panel;
  const Cast& cast;
  Memory& memory;
  Effects* effects = nullptr;  // needed if the pipeline has an effect step
  std::vector<Seq> from = {};  // the entries that hold the input
  std::int64_t turn = 0;
  std::uint64_t seed = 0;
  // Who is asked instead: by step, or "step/seat" for one ballot. The operator may change it
  // between runs; recording that he did is the caller's.
  std::map<std::string, std::string> swaps = {};
  std::function<MindTraits(const std::string& mind)> traits =
      nullptr;                                          // null: full prompts, no prices
  std::function<Shown(const Showing&)> show = nullptr;  // null: everybody is shown the whole input
};

struct StepOutcome {
  enum class State { done, fallback, skipped, refused, stopped };
  State state = State::done;
  Json output;       // null if skipped, refused or stopped
  std::string code;  // why, unless done
  Seq entry;         // the last one about it
  Json how = {};     // what `how` says beside state and code: who answered, how sure
};
const char* name(StepOutcome::State state);

struct Outcome {
  Json output;  // of the pipeline's output step; null if it has none
  Seq last;     // that step's entry; the stopping one's if it was stopped
  std::map<std::string, StepOutcome> steps;  // those reached
  std::string stopped;                       // the step that stopped it; empty: none
};

// Errc::schema if the input does not conform, Errc::not_found if the cast lacks a seat, Errc::usage
// if effects are missing: nothing is written then. Otherwise fails only with the sink. Commits
// before minds are asked and before effects.
Result<Outcome> run(const Pipeline& pipeline, const Json& input, Context& context);

}  // namespace wood
