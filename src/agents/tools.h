// The tools of a creature: those that look, answered from the frozen snapshot, and those that act.
//
// An answer is one flat object, the reason first:
// {"reason":"…","act":"buy","good":"honey","lots":2, "price":905}: some forty tokens. The schema is
// a oneOf over the tools that make sense in this view, its enums and bounds filled from the view:
// an order that is not there cannot be cancelled, a name that is unknown not whispered to, no price
// named that no collar would let pass.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "agents/action.h"
#include "agents/fact.h"
#include "market/exchange.h"

namespace wood {

// Whether the looking tools are among the options: on the last answer of a round they are not, so
// that no budget is spent on a question whose answer nobody reads.
enum class Looks { offered, withheld };

// Of the answer of the reader of these facts (View::data()).
Json answer_schema(const Json& facts, Looks looks);

// The same, made once for readers whose views allow the same.
class AnswerSchemas {
 public:
  Json of(const Json& facts, Looks looks);

 private:
  std::map<std::string, Json> made_;  // by what the enums and bounds are made of
};

// The action of an answer that conforms to answer_schema(facts, …); nothing if it is a looking
// tool. A reader calls his open orders by their place in his facts (1, 2, …); the action has the
// exchange's number.
std::optional<Action> action_of(const Json& answer, const Json& facts);

// Answers a looking tool: quote depth history portfolio what_if deals trust calculate. Always an
// object; {"error":…} where there is nothing to say.
Json look(const Json& answer, const Json& facts, const Exchange& exchange, AccountId account);

inline constexpr std::int64_t kReasonMax = 120;
inline constexpr std::int64_t kTextMax = 120;

}  // namespace wood
