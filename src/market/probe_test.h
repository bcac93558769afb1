// For tests only: a small market, and the seam by which a test damages one field at a time.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "market/exchange.h"

namespace wood {

struct MarketProbe {
  static auto& lines(Exchange& e) { return e.lines_; }
  static Accounts& accounts(Exchange& e) { return e.accounts_; }
  static MarketLimits& limits(Exchange& e) { return e.limits_; }
  static auto& overrides(Exchange& e) { return e.overrides_; }
  static std::int64_t& turn(Exchange& e) { return e.turn_; }
  static bool& killed_all(Exchange& e) { return e.killed_all_; }
  static auto& last(Exchange& e) { return e.last_; }
  static void set_mark(Exchange& e, GoodId good, Ticks mark) { e.set_mark(good, mark); }

  static auto& nodes(Book& b) { return b.nodes_; }
  static auto& levels(Book& b) { return b.levels_; }
  static auto& own(Book& b) { return b.own_; }
  static std::int64_t& count(Book& b) { return b.count_; }
  static Ticks& bid(Book& b) { return b.bid_; }
  static std::string& name(Accounts& a, AccountId id) {
    return a.names_[static_cast<std::size_t>(id.value)];
  }
};

// Two goods, honey (mark 100 ticks of 10 mp) and acorns (mark 50), fees 10 bps; oona makes honey.
struct SmallMarket {
  explicit SmallMarket(MarketLimits limits = {})
      : exchange({{{"honey", 10, {100}, {1'000}, {1'000}}, {"acorns", 10, {50}, {1'000}, {1'000}}},
                  limits, 1}) {
    oona = exchange.open({"oona", honey});
    fenn = exchange.open({"fenn", acorns});
    pip = exchange.open({"pip", {}});
    for (const AccountId id : {oona, fenn, pip}) {
      EXPECT_EQ(exchange.pay(account(SourceAccount::endowment), id, {100'000}), Moved::done);
      for (const GoodId each : {honey, acorns})
        EXPECT_EQ(exchange.give(each, account(SourceAccount::endowment), id, {20}), Moved::done);
    }
  }

  Placed bid(AccountId who, std::int64_t price, std::int64_t lots,
             OrderKind kind = OrderKind::limit) {
    return exchange.place({who, good, Side::bid, kind, {price}, {lots}, false}, events);
  }
  Placed ask(AccountId who, std::int64_t price, std::int64_t lots,
             OrderKind kind = OrderKind::limit) {
    return exchange.place({who, good, Side::ask, kind, {price}, {lots}, false}, events);
  }
  Placed sell_short(AccountId who, std::int64_t price, std::int64_t lots,
                    OrderKind kind = OrderKind::limit) {
    return exchange.place({who, good, Side::ask, kind, {price}, {lots}, true}, events);
  }
  [[nodiscard]] const Stock& stock(AccountId who) const {
    return exchange.accounts().stock(who, good);
  }
  [[nodiscard]] const Purse& purse(AccountId who) const {
    return exchange.accounts().at(who).purse;
  }
  // All events of one kind so far.
  template <class Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    std::vector<Kind> out;
    for (const MarketEvent& event : events)
      if (const auto* one = std::get_if<Kind>(&event)) out.push_back(*one);
    return out;
  }
  void expect_sound() const { EXPECT_EQ(exchange.invariants(), std::vector<std::string>{}); }
  [[nodiscard]] Bytes state() const {
    Bytes out;
    exchange.state(out);
    return out;
  }

  static constexpr GoodId honey{0}, acorns{1};
  GoodId good = acorns;  // pip and oona may bid for it
  Exchange exchange;
  AccountId oona, fenn, pip;
  MarketEvents events;
};

}  // namespace wood
