// What happened in the market, in order. Every operation of the exchange appends to the caller's
// vector; nothing calls back. json() gives the body of the ledger entry.
#pragma once

#include <variant>
#include <vector>

#include "core/json.h"
#include "market/instrument.h"

namespace wood {

enum class CancelReason : std::uint8_t {
  asked,       // its owner asked
  unfilled,    // the rest of a market or ioc order, or a fok that could not fill whole
  would_take,  // a post-only that would have taken
  self_trade,  // the incoming rest met an order of its own account
  halted,      // the incoming rest would have traded outside the band
  killed,      // kill switch, freeze or exile
  throttled,   // the account was disabled by the repeated-execution throttle
  lapsed,      // a short ask at dusk: what was borrowed for it goes back
  needed,      // what it reserved was taken (a meal, a fine, a seizure, a margin call)
};
const char* name(CancelReason why);

struct OrderRested {    // an order, or what was left of it, joined the queue at its price
  OrderId order;
  AccountId account;
  GoodId good;
  Side side = Side::bid;
  Ticks price;
  Lots lots;
};
struct OrderCancelled {  // `lots` are those that will not trade
  OrderId order;
  AccountId account;
  GoodId good;
  Side side = Side::bid;
  Ticks price;
  Lots lots;
  CancelReason why = CancelReason::asked;
};
struct OrderReplaced {   // followed by trades or a rest where the priority was lost
  OrderId order;
  AccountId account;
  GoodId good;
  Side side = Side::bid;
  Ticks price;
  Lots lots;
  bool kept_priority = false;
};
struct Trade {
  GoodId good;
  Ticks price;           // the maker's
  Lots lots;
  OrderId taker, maker;
  Side taker_side = Side::bid;
  AccountId buyer, seller;
  Money buyer_fee, seller_fee;
  Lots borrowed;         // of lots: lent to the seller by the pool for this trade
  Lots returned;         // of lots: went on from the buyer to the pool, closing his short
  Lots maker_left;       // still resting
};
struct TradingHalted {   // no order in the good until turn `until` is over
  GoodId good;
  Ticks price;           // of the trade that was not made; 0: halted by command
  Ticks low, high;
  std::int64_t until = 0;
};
struct TradingResumed {
  GoodId good;
};
struct AccountThrottled {  // disabled until the operator enables it
  AccountId account;
  std::int64_t fills = 0;
};
struct BorrowCharged {
  AccountId account;
  GoodId good;
  Lots lots;
  Money fee;
};
struct MarginCalled {    // under the maintenance margin: orders cancelled, shorts bought in
  AccountId account;
  Money cash, short_value;
};
struct BoughtIn {        // imported at the penalty price, since the book did not have them
  AccountId account;
  GoodId good;
  Lots lots;
  Ticks price;
  Money cost;
};
struct Guaranteed {      // what a buy-in cost beyond the account's cash, paid by the guarantee
  AccountId account;
  Money shortfall;
};
struct Marked {          // one good's turn is over
  GoodId good;
  Ticks mark, before;
  Ticks open, high, low, close;  // 0: no trade
  Lots volume;
  enum class From : std::uint8_t { trades, mid, unchanged, decree } from = From::unchanged;
};

using MarketEvent =
    std::variant<OrderRested, OrderCancelled, OrderReplaced, Trade, TradingHalted, TradingResumed,
                 AccountThrottled, BorrowCharged, MarginCalled, BoughtIn, Guaranteed, Marked>;
using MarketEvents = std::vector<MarketEvent>;

class Exchange;
// {"event":"trade","good":"honey",…}: accounts and goods by name, orders by number.
Json json(const MarketEvent& event, const Exchange& exchange);
// The word json() gives under "event".
const char* name(const MarketEvent& event);

}  // namespace wood
