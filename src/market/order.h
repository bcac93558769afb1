// What a trader sends to the exchange, and what comes back.
#pragma once

#include "market/control.h"
#include "market/instrument.h"

namespace wood {

struct NewOrder {
  AccountId account;
  GoodId good;
  Side side = Side::bid;
  OrderKind kind = OrderKind::limit;
  Ticks price;             // ignored for market orders
  Lots lots;
  bool may_short = false;  // an ask may borrow what is not held
};
struct ReplaceOrder {
  AccountId account;
  OrderId order;
  Ticks price;
  Lots lots;               // that shall be open
};

// What became of a message. Refused: reason set, no order, nothing changed but the message count.
struct Placed {
  OrderRefusal reason = OrderRefusal::none;
  OrderId order;
  Lots filled;
  Lots resting;
  Money value;  // of what filled, without fees
  [[nodiscard]] bool admitted() const { return reason == OrderRefusal::none; }
};

// One good's turn so far.
struct DayStats {
  Ticks open, high, low, last;   // 0: no trade
  Lots volume;
  std::int64_t price_lots = 0;   // sum of price × lots
};

enum class Moved : std::uint8_t { done, short_of_money, short_of_goods };

}  // namespace wood
