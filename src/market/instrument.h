// What is traded, and the words every order uses. Leaves out who trades (account.h) and by which
// rules (control.h).
#pragma once

#include <string>

#include "core/ids.h"
#include "core/money.h"

namespace wood {

using GoodId = Id<struct GoodTag>;        // index of a good, from 0
using AccountId = Id<struct AccountTag>;  // index of an account, from 0; never reused
using OrderId = Id<struct OrderTag>;      // unique in an exchange, never reused

enum class Side : std::uint8_t { bid, ask };

// market: takes whatever the price, rests nothing; only the collar stops it, which halts the good.
// ioc: takes up to its price, rests nothing. fok: fills whole and at once, or not at all.
// post_only: rests, or is cancelled if it would take.
enum class OrderKind : std::uint8_t { limit, market, ioc, fok, post_only };

const char* name(Side side);       // "bid", "ask"
const char* name(OrderKind kind);  // "limit" …

struct Instrument {
  std::string name;            // "honey"
  std::int64_t tick_mp = 10;   // millipebbles a tick
  Ticks opening{1};            // the mark before anything has traded
  Ticks price_max{100'000};    // at most 262,143 (book.h)
  Lots lots_max{1'000};        // of one order

  [[nodiscard]] Money value(Ticks price, Lots lots) const {
    return {mul(mul(price.value, tick_mp), lots.value)};
  }
};

inline Side other(Side side) { return side == Side::bid ? Side::ask : Side::bid; }

}  // namespace wood
