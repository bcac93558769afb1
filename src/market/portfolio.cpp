#include "market/portfolio.h"

#include <algorithm>

namespace wood {
namespace {

Money magnitude(Money amount) { return amount.value < 0 ? -amount : amount; }

Position position_of(const Exchange& exchange, AccountId account, GoodId good) {
  const Stock& stock = exchange.accounts().stock(account, good);
  Position at;
  at.good = good;
  at.held = stock.held;
  at.borrowed = stock.borrowed;
  at.net = stock.net();
  at.average = stock.average();
  at.value = exchange.value(good, exchange.mark(good), at.net);
  at.realised = stock.realised;
  // A long cost `cost`; a short brought it in.
  at.unrealised = at.net.value >= 0 ? at.value - stock.cost : at.value + stock.cost;
  at.delta = {mul(at.net.value, exchange.instrument(good).tick_mp)};
  return at;
}

}  // namespace

Portfolio portfolio(const Exchange& exchange, AccountId account) {
  const Purse& purse = exchange.accounts().at(account).purse;
  Portfolio out;
  out.cash = purse.cash;
  out.reserved = purse.reserved;
  out.margin = purse.margin;
  out.free = purse.free();
  for (int good = 0; good < exchange.goods(); ++good) {
    const Position at = position_of(exchange, account, {good});
    out.realised += at.realised;
    out.unrealised += at.unrealised;
    out.gross += magnitude(at.value);
    out.net += at.value;
    out.positions.push_back(at);
  }
  out.worth = out.cash + out.net;
  if (const Money owed = exchange.short_value(account); owed.value > 0)
    out.margin_bps = mul_div(out.cash.value, 10'000, owed.value, Round::down);
  return out;
}

Json json(const Portfolio& portfolio, const Exchange& exchange) {
  Json positions = Json::array();
  for (const Position& at : portfolio.positions)
    positions.push(Json::object({{"good", exchange.instrument(at.good).name},
                                 {"held", at.held.value},
                                 {"borrowed", at.borrowed.value},
                                 {"net", at.net.value},
                                 {"average_mp", at.average.value},
                                 {"value_mp", at.value.value},
                                 {"realised_mp", at.realised.value},
                                 {"unrealised_mp", at.unrealised.value},
                                 {"delta_mp", at.delta.value}}));
  return Json::object({{"cash_mp", portfolio.cash.value},
                       {"reserved_mp", portfolio.reserved.value},
                       {"margin_mp", portfolio.margin.value},
                       {"free_mp", portfolio.free.value},
                       {"positions", std::move(positions)},
                       {"realised_mp", portfolio.realised.value},
                       {"unrealised_mp", portfolio.unrealised.value},
                       {"gross_mp", portfolio.gross.value},
                       {"net_mp", portfolio.net.value},
                       {"worth_mp", portfolio.worth.value},
                       {"margin_bps", portfolio.margin_bps}});
}

WhatIf what_if(const Exchange& exchange, const NewOrder& order) {
  WhatIf out;
  const Exchange::Admission admission = exchange.admission(order);
  out.refusal = admission.report.reason;
  const Incoming& in = admission.incoming;
  if (!in.owner.some()) return out;  // refused before anything could be computed

  const Book& book = exchange.book(order.good);
  const Sweep ahead = book.sweep(in, admission.band);
  const bool whole = ahead.lots == in.lots;
  const Ticks opposite = in.side == Side::bid ? book.best_ask() : book.best_bid();
  const bool takes = in.kind != OrderKind::post_only && (in.kind != OrderKind::fok || whole);
  const bool rests = in.kind == OrderKind::limit ||
                     (in.kind == OrderKind::post_only && ahead.lots.value == 0);
  if (takes) out.filled = ahead.lots;
  out.halts = ahead.outside && in.kind != OrderKind::post_only;
  if (rests && !ahead.self && !ahead.outside) out.resting = in.lots - out.filled;
  out.dropped = in.lots - out.filled - out.resting;
  if (in.side == Side::ask) {
    out.borrow = std::max(Lots{}, std::min(in.borrow, out.filled + out.resting -
                                                          (in.lots - in.borrow)));
    out.margin = {mul(in.hold.value, out.borrow.value)};
  } else {
    out.hold = {mul(in.hold.value, out.resting.value)};
  }
  if (out.filled.value == 0) return out;
  const Instrument& of = exchange.instrument(order.good);
  out.value = {mul(ahead.price_lots, of.tick_mp)};
  for (const Level& fill : book.preview(in, admission.band))  // each is rounded by itself
    out.fees += exchange.fee(exchange.value(order.good, fill.price, fill.lots));
  out.average = {mul_div(out.value.value, 1, out.filled.value, Round::half_even)};
  const Ticks own = in.side == Side::bid ? book.best_bid() : book.best_ask();
  const Ticks mark = exchange.mark(order.good);
  const std::int64_t twice = own.value > 0 ? own.value + opposite.value : 2 * mark.value;
  const Money fair{mul_div(mul(twice, of.tick_mp), out.filled.value, 2, Round::half_even)};
  out.slippage = in.side == Side::bid ? out.value - fair : fair - out.value;
  return out;
}

Json json(const WhatIf& answer) {
  return Json::object({{"refusal", name(answer.refusal)},
                       {"filled", answer.filled.value},
                       {"resting", answer.resting.value},
                       {"dropped", answer.dropped.value},
                       {"value_mp", answer.value.value},
                       {"fees_mp", answer.fees.value},
                       {"average_mp", answer.average.value},
                       {"slippage_mp", answer.slippage.value},
                       {"borrow", answer.borrow.value},
                       {"margin_mp", answer.margin.value},
                       {"hold_mp", answer.hold.value},
                       {"halts", answer.halts}});
}

}  // namespace wood
