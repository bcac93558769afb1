// Random traffic against the exchange: whatever is sent, money and goods are conserved, no book is
// crossed, reservations are what open orders say, and a refused message changes only a count.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "market/portfolio.h"
#include "market/probe_test.h"

namespace wood {
namespace {

std::int64_t any(std::int64_t low, std::int64_t past) {
  return *rc::gen::inRange<std::int64_t>(low, past);
}

MarketLimits any_limits() {
  MarketLimits limits;
  limits.fee_bps = *rc::gen::element<std::int64_t>(0, 10, 300);
  limits.messages_max = 1'000;
  limits.fills_max = *rc::gen::element<std::int64_t>(5, 1'000);
  limits.credit_max_mp = *rc::gen::element<std::int64_t>(0, 5'000);
  limits.position_max = 60;
  limits.dynamic_bps = *rc::gen::element<std::int64_t>(0, 1'500);
  limits.shortable_lots = *rc::gen::element<std::int64_t>(0, 6, 40);
  limits.duplicate_check = *rc::gen::element(true, false);
  return limits;
}

// The sum over all accounts, counted anew and without the audit's code.
std::vector<std::int64_t> totals(const Exchange& exchange) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(exchange.goods()) + 1);
  for (std::int64_t id = 0; id < exchange.accounts().size(); ++id) {
    out[0] += exchange.accounts().at({id}).purse.cash.value;
    for (int good = 0; good < exchange.goods(); ++good)
      out[static_cast<std::size_t>(good) + 1] +=
          exchange.accounts().stock({id}, {good}).held.value;
  }
  return out;
}

// What one message may not have done when it was refused: the whole state, message counts apart.
Bytes without_counts(Exchange copy) {
  for (std::int64_t id = 0; id < copy.accounts().size(); ++id)
    MarketProbe::accounts(copy).at({id}).messages = 0;
  Bytes out;
  copy.state(out);
  return out;
}

struct Traffic {
  SmallMarket m;
  std::vector<AccountId> traders;
  explicit Traffic(const MarketLimits& limits) : m(limits), traders{m.oona, m.fenn, m.pip} {}

  AccountId trader() { return traders[static_cast<std::size_t>(any(0, 3))]; }
  OrderId some_order() {
    const auto queue = m.exchange.book({any(0, 2)}).queue(*rc::gen::element(Side::bid, Side::ask));
    return queue.empty() ? OrderId{any(0, 50)}
                         : queue[static_cast<std::size_t>(any(0, 1'000)) % queue.size()].id;
  }
  NewOrder new_order() {
    const GoodId good{any(0, 2)};
    const std::int64_t mark = m.exchange.mark(good).value;
    return {trader(), good, *rc::gen::element(Side::bid, Side::ask),
            *rc::gen::weightedElement<OrderKind>({{6, OrderKind::limit},
                                                  {2, OrderKind::market},
                                                  {1, OrderKind::ioc},
                                                  {1, OrderKind::fok},
                                                  {1, OrderKind::post_only}}),
            {mark + any(-10, 11)}, {any(1, 12)}, *rc::gen::element(true, false)};
  }

  void place() {
    const NewOrder order = new_order();
    const WhatIf before = what_if(m.exchange, order);
    const Bytes was = without_counts(m.exchange);
    const Money cash = m.exchange.accounts().at(order.account).purse.cash;
    const std::size_t events = m.events.size();
    const Placed placed = m.exchange.place(order, m.events);
    RC_ASSERT(placed.reason == before.refusal);
    if (!placed.admitted()) {
      RC_ASSERT(without_counts(m.exchange) == was);
      RC_ASSERT(m.events.size() == events);
      return;
    }
    RC_ASSERT(placed.filled == before.filled);
    RC_ASSERT(placed.value == before.value);
    if (m.exchange.accounts().at(order.account).standing.throttled) return;
    RC_ASSERT(placed.resting == before.resting);
    const Money paid = cash - m.exchange.accounts().at(order.account).purse.cash;
    RC_ASSERT(paid == (order.side == Side::bid ? before.value : -before.value) + before.fees);
  }

  // One random command.
  void act() {
    const std::int64_t dice = any(0, 20);
    if (dice < 11) place();
    else if (dice < 13) (void)m.exchange.cancel(trader(), some_order(), m.events);
    else if (dice < 15) replace();
    else if (dice == 15) move();
    else if (dice == 16) operate();
    else if (dice == 17) m.exchange.decree({any(0, 2)}, {any(30, 120)}, m.events);
    else if (dice == 18) m.exchange.dusk(m.events);
    else m.exchange.enable_all();
  }
  void replace() {
    const OrderId id = some_order();
    const Order* open = m.exchange.order(id);
    const AccountId who = open == nullptr ? trader() : open->owner;
    const std::int64_t mark = m.exchange.mark(m.exchange.good_of(id)).value;
    const Bytes was = without_counts(m.exchange);
    const bool same_price = open != nullptr && any(0, 2) == 0;
    const Ticks price = same_price ? open->price : Ticks{mark + any(-10, 11)};
    const Placed placed = m.exchange.replace({who, id, price, {any(1, 12)}}, m.events);
    if (!placed.admitted()) RC_ASSERT(without_counts(m.exchange) == was);
  }
  void move() {
    const GoodId good{any(0, 2)};
    const auto source = *rc::gen::element(SourceAccount::production, SourceAccount::meal,
                                          SourceAccount::fine);
    (void)m.exchange.pay(trader(), trader(), {any(0, 5'000)});
    (void)m.exchange.give(good, trader(), trader(), {any(0, 4)});
    (void)m.exchange.give(good, account(source), trader(), {any(0, 4)});
    (void)m.exchange.take_goods(good, trader(), account(source), {any(0, 9)}, m.events);
    (void)m.exchange.take_money(trader(), account(source), {any(0, 9'000)}, m.events);
  }
  void operate() {
    const std::int64_t dice = any(0, 6);
    if (dice == 0) m.exchange.kill(trader(), m.events);
    if (dice == 1) m.exchange.freeze(trader(), m.events);
    if (dice == 2) for (const AccountId who : traders) m.exchange.thaw(who);
    if (dice == 3) m.exchange.halt({any(0, 2)}, m.exchange.turn() + any(0, 2), m.events);
    if (dice == 4) m.exchange.resume({any(0, 2)}, m.events);
    if (dice == 5)
      m.exchange.add_override({trader(), ControlRule::funds, any(0, 9'000), any(1, 9), "x"});
  }
};

RC_GTEST_PROP(ExchangeProperty, StaysSoundWhateverIsSent, ()) {
  Traffic traffic(any_limits());
  const std::vector<std::int64_t> zero(3, 0);
  const std::int64_t count = any(1, 150);
  for (std::int64_t i = 0; i < count; ++i) {
    traffic.act();
    const auto broken = traffic.m.exchange.invariants();
    if (!broken.empty()) RC_FAIL(broken[0]);
    RC_ASSERT(totals(traffic.m.exchange) == zero);
  }
}

// The same commands give the same state, and a copy made half way goes on as the original does:
// nothing that matters lies outside what is copied and hashed.
RC_GTEST_PROP(ExchangeProperty, ACopyGoesOnAsTheOriginal, ()) {
  Traffic traffic(any_limits());
  const std::int64_t count = any(1, 40);
  for (std::int64_t i = 0; i < count; ++i) traffic.act();
  Exchange twin = traffic.m.exchange;
  MarketEvents mine, its;
  for (int i = 0; i < 20; ++i) {
    const NewOrder order = traffic.new_order();
    traffic.m.exchange.place(order, mine);
    twin.place(order, its);
  }
  traffic.m.exchange.dusk(mine);
  twin.dusk(its);
  Bytes a, b;
  traffic.m.exchange.state(a);
  twin.state(b);
  RC_ASSERT(a == b);
  RC_ASSERT(mine.size() == its.size());
}

// While no mark moves, trading never brings free money below what credit allows.
RC_GTEST_PROP(ExchangeProperty, TradingAloneKeepsEveryoneWithinLimits, ()) {
  MarketLimits limits = any_limits();
  Traffic traffic(limits);
  for (int i = 0; i < 80; ++i) {
    if (any(0, 4) > 0) (void)traffic.m.exchange.place(traffic.new_order(), traffic.m.events);
    else (void)traffic.m.exchange.cancel(traffic.trader(), traffic.some_order(), traffic.m.events);
    for (const AccountId id : traffic.traders) {
      // A millipebble a good: the share of a bid's hold that closes a short is rounded down.
      const std::int64_t free = traffic.m.exchange.accounts().at(id).purse.free().value;
      RC_ASSERT(free >= -limits.credit_max_mp - traffic.m.exchange.goods());
    }
  }
}

}  // namespace
}  // namespace wood
