// What a creature may do, typed: an answer becomes an action or nothing. Names stand as the answer
// gave them; whether they exist and may be done is for the world to say.
#pragma once

#include <string>
#include <variant>

#include "core/json.h"

namespace wood {

struct PlaceOrder {
  std::string good;
  bool buy = true;
  bool may_short = false;
  std::string kind = "limit";  // limit market ioc fok post
  std::int64_t lots = 0;
  std::int64_t price = 0;  // ticks; 0 for a market order
};
struct CancelOrder {
  std::int64_t order = 0;
};
struct ReplaceOpen {
  std::int64_t order = 0, lots = 0, price = 0;
};
struct Say {
  std::string to;  // "": everybody
  std::string text;
};
struct OfferDeal {
  std::string to, kind;  // loan swap alliance gift
  Json terms;
};
struct AnswerDeal {
  std::int64_t deal = 0;
  bool accept = false;
};
struct FinishTurn {};

using Action =
    std::variant<PlaceOrder, CancelOrder, ReplaceOpen, Say, OfferDeal, AnswerDeal, FinishTurn>;

// The body of the command entry: {"act":…, …}.
Json json(const Action& action);

}  // namespace wood
