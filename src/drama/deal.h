// Deals between two: their terms, and where each stands. What settles them is bank.h.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/ids.h"
#include "core/json.h"
#include "core/money.h"

namespace wood {

// `from` lends `principal` to `to`, who owes it with interest after `turns`; `lots` of `good` are
// held as collateral by the lender until then and are his on default.
struct Loan {
  Money principal;
  std::int64_t rate_bps = 0;  // for the whole term
  std::int64_t turns = 1;
  int good = -1;  // collateral; -1: none
  Lots lots;
};
// `from` gives the one and takes the other, at once.
struct Swap {
  int give = 0;
  Lots give_lots;
  int take = 0;
  Lots take_lots;
};
enum class Promise { no_short, no_undercut, share_tips };
// Both promise the same for `turns`.
struct Alliance {
  std::int64_t turns = 1;
  Promise promise = Promise::no_short;
};
struct Gift {
  int good = -1;  // -1: pebbles only
  Lots lots;
  Money pebbles;
};
using Terms = std::variant<Loan, Swap, Alliance, Gift>;

enum class DealState { offered, active, settled, refused, expired, defaulted, broken };
const char* name(DealState state);
const char* kind_name(const Terms& terms);
const char* name(Promise promise);

struct Deal {
  std::int64_t id = 0;
  int from = -1, to = -1;  // participants, by index (world.h)
  Terms terms;
  DealState state = DealState::offered;
  std::int64_t offered_turn = 0;
  std::int64_t due = 0;  // turn in which it ends; 0: at once
  Seq entry;             // the last event that moved it
};

// Terms as in docs/formats/facts.md. `goods` are names by index.
Json terms_json(const Terms& terms, const std::vector<std::string>& goods);
// The inverse, with bounds: amounts from 0 and at most `amount_max`, turns 1 to 100.
Result<Terms> read_terms(const std::string& kind, const Json& value,
                         const std::vector<std::string>& goods, std::int64_t amount_max);

}  // namespace wood
