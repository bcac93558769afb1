// The loop of a creature: view → prompt → think with tools → one act. All creatures of a round
// think together, one panel call a step, against the same frozen snapshot; what they decide is
// applied by the world afterwards.
//
//   prompt ─ answer ─ reading ─┬─ (an act: the round is over for this one)
//      ▲                       └─ tool ─┐
//      └────────────────────────────────┘   at most steps_max answers
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agents/action.h"
#include "agents/fact.h"
#include "agents/prompt.h"
#include "ledger/sink.h"
#include "market/exchange.h"
#include "minds/panel.h"

namespace wood {

struct Thinker {
  std::string name;
  std::string mind;
  Wording wording = Wording::full;
  View view;
  AccountId account;
  Sampling sampling;
  std::int64_t steps_max = 3;       // answers in this round; the last may not be a look
  std::int64_t tokens_max = 4'096;  // of answers in this round
  std::int64_t cost_nano_max = 1'000'000'000;
};

struct Thought {
  std::optional<Action> action;  // nothing: no usable answer. FinishTurn also where tokens or money
                                 // ran out while looking
  Seq cause;                     // the reading, tool or input entry that the act follows from
  std::int64_t asked = 0, answer_tokens = 0, cost_nano = 0;
};

struct Thinking {
  Sink& sink;
  Panel& panel;
  const Exchange& exchange;  // frozen while they think
  std::int64_t turn = 0;
  std::uint64_t seed = 0;
};

// One Thought a Thinker, in the same order. Fails only if the sink does.
Result<std::vector<Thought>> think(Thinking& at, std::span<const Thinker> thinkers);

}  // namespace wood
