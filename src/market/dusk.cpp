// Dusk: the turn's prices become marks, shorts are settled with the pool, counters start anew.
#include <algorithm>

#include "market/exchange.h"

namespace wood {

void Exchange::dusk(MarketEvents& events) {
  lapse(events);
  for (int good = 0; good < goods(); ++good) close_day({good}, events);
  for (std::int64_t id = source_accounts; id < accounts_.size(); ++id)
    for (int good = 0; good < goods(); ++good) cover({id}, {good});
  charge_borrowing(events);
  open_turn(events);
  call_margins(events);
}

// A short ask holds its claim on the pool at the mark it was admitted under; it ends with the mark.
void Exchange::lapse(MarketEvents& events) {
  for (int good = 0; good < goods(); ++good)
    for (const Order& order : book({good}).queue(Side::ask))
      if (order.borrow.value > 0) drop({good}, order.id, events, CancelReason::lapsed);
}

void Exchange::close_day(GoodId good, MarketEvents& events) {
  Line& of = line(good);
  const DayStats day = of.day;
  const Ticks before = of.mark;
  const Ticks bid = of.book.best_bid(), ask = of.book.best_ask();
  Ticks mark = before;
  auto from = Marked::From::unchanged;
  if (day.volume.value > 0) {
    mark = {mul_div(day.price_lots, 1, day.volume.value, Round::half_even)};
    from = Marked::From::trades;
  } else if (bid.value > 0 && ask.value > 0) {
    mark = {mul_div(bid.value + ask.value, 1, 2, Round::half_even)};
    from = Marked::From::mid;
  }
  set_mark(good, mark);
  keep_mark(good);
  of.before = day;
  of.day = {};
  of.book.trim();
  events.emplace_back(Marked{good, mark, before, day.open, day.high, day.low, day.last, day.volume,
                             from});
}

void Exchange::keep_mark(GoodId good) {
  Line& of = line(good);
  of.marks.push_back(of.mark);
  if (of.marks.size() > marks_kept) of.marks.erase(of.marks.begin());
}

void Exchange::decree(GoodId good, Ticks mark, MarketEvents& events) {
  Line& of = line(good);
  CHECK(mark.value >= 1 && mark <= of.instrument.price_max);
  const Ticks before = of.mark;
  set_mark(good, mark);
  keep_mark(good);
  events.emplace_back(Marked{good, mark, before, of.day.open, of.day.high, of.day.low, of.day.last,
                             of.day.volume, Marked::From::decree});
}

void Exchange::cover(AccountId id, GoodId good) {
  Stock& stock = accounts_.stock(id, good);
  const Lots lots = std::min(stock.borrowed, stock.free());
  if (lots.value <= 0) return;
  accounts_.deliver(good, id, account(SourceAccount::pool), lots);
  stock.borrowed -= lots;
  remargin(id, good);
}

// Paid before the margin is looked at: out of free money, then of what orders hold, then of the
// margin itself, and never beyond the cash there is.
void Exchange::charge_borrowing(MarketEvents& events) {
  for (std::int64_t id = source_accounts; id < accounts_.size(); ++id)
    for (int good = 0; good < goods(); ++good) {
      const Lots borrowed = accounts_.stock({id}, {good}).borrowed;
      if (borrowed.value == 0) continue;
      const Money due =
          bps(value({good}, mark({good}), borrowed), limits_.borrow_fee_bps, Round::up);
      Purse& purse = accounts_.at({id}).purse;
      if (purse.cash - purse.reserved < due) cancel_all({id}, events, CancelReason::needed);
      const Money fee = std::clamp(purse.cash, Money{}, due);
      accounts_.pay({id}, account(SourceAccount::fees), fee);
      events.emplace_back(BorrowCharged{{id}, {good}, borrowed, fee});
    }
}

void Exchange::open_turn(MarketEvents& events) {
  ++turn_;
  for (int good = 0; good < goods(); ++good)
    if (line({good}).halted_until == turn_ - 1) events.emplace_back(TradingResumed{{good}});
  std::erase_if(overrides_, [&](const LimitOverride& o) { return o.until < turn_; });
  for (std::int64_t id = source_accounts; id < accounts_.size(); ++id) {
    Account& one = accounts_.at({id});
    one.messages = one.fills = 0;
  }
}

void Exchange::call_margins(MarketEvents& events) {
  const auto under = [&](AccountId id) {
    const Money owed = short_value(id);
    return owed.value > 0 &&
           accounts_.at(id).purse.cash < bps(owed, limits_.margin_maintenance_bps, Round::up);
  };
  for (std::int64_t id = source_accounts; id < accounts_.size(); ++id) {
    if (!under({id})) continue;
    events.emplace_back(MarginCalled{{id}, accounts_.at({id}).purse.cash, short_value({id})});
    cancel_all({id}, events, CancelReason::needed);
    for (int good = 0; good < goods() && under({id}); ++good) buy_in({id}, {good}, events);
  }
}

// Takes what the book offers up to the penalty price, imports the rest at it.
void Exchange::buy_in(AccountId id, GoodId good, MarketEvents& events) {
  Stock& stock = accounts_.stock(id, good);
  if (stock.borrowed.value == 0) return;
  Line& of = line(good);
  const Ticks penalty{std::min(
      of.instrument.price_max.value,
      mul_div(of.mark.value, 10'000 + limits_.buy_in_bps, 10'000, Round::up))};
  if (!halted(good)) {
    Incoming order{id, Side::bid, OrderKind::ioc, penalty, stock.borrowed, {}, {}, turn_};
    scratch_.clear();
    const OrderId number = of.book.place(order, {{1}, penalty}, scratch_);
    settle(good, number, order, events);
  }
  if (const Lots rest = stock.borrowed; rest.value > 0) {
    const Money cost = value(good, penalty, rest);
    accounts_.cost_of_trade(id, good, rest, cost);
    accounts_.pay(id, account(SourceAccount::imports), cost);
    accounts_.deliver(good, account(SourceAccount::imports), account(SourceAccount::pool), rest);
    stock.borrowed = {};
    remargin(id, good);
    events.emplace_back(BoughtIn{id, good, rest, penalty, cost});
  }
  if (const Money cash = accounts_.at(id).purse.cash; cash.value < 0) {
    accounts_.pay(account(SourceAccount::guarantee), id, -cash);
    events.emplace_back(Guaranteed{id, -cash});
  }
}

}  // namespace wood
