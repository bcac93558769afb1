// One account's positions valued at the marks, and what an order would do if it were sent now.
// Both only look.
#pragma once

#include <vector>

#include "market/exchange.h"

namespace wood {

struct Position {
  GoodId good;
  Lots held, borrowed, net;
  Money average;       // cost of a lot (long) or what it brought (short); 0 if flat
  Money value;         // net × mark; below zero for a short
  Money realised, unrealised;
  Money delta;         // what one tick more on the mark brings
};

struct Portfolio {
  Money cash, reserved, margin, free;
  std::vector<Position> positions;  // one a good, in order
  Money realised, unrealised;
  Money gross, net;                 // exposure: sum of |value|, sum of value
  Money worth;                      // cash + net
  std::int64_t margin_bps = 0;      // cash over the value of the shorts; 0: no shorts
};

Portfolio portfolio(const Exchange& exchange, AccountId account);
Json json(const Portfolio& portfolio, const Exchange& exchange);

struct WhatIf {
  OrderRefusal refusal = OrderRefusal::none;  // the first control that would refuse; the rest is
                                              // computed all the same where it can be
  Lots filled, resting, dropped;
  Money value, fees;    // of what would fill
  Money average;        // per lot, rounded to even; 0 if nothing fills
  Money slippage;       // against the mid (else the mark), as cost: above zero is worse
  Lots borrow;          // lots it would borrow
  Money margin;         // own money its short part ties up, at most
  Money hold;           // what the resting part would reserve
  bool halts = false;   // it would run into the edge of the band
};

WhatIf what_if(const Exchange& exchange, const NewOrder& order);
Json json(const WhatIf& answer);

}  // namespace wood
