#include "market/exchange.h"

#include <algorithm>

namespace wood {

// ---- building

Exchange::Exchange(ExchangeSpec spec)
    : accounts_(static_cast<int>(spec.goods.size())), limits_(spec.limits), turn_(spec.turn),
      credit_high_(spec.limits.credit_max_mp) {
  CHECK(!spec.goods.empty());
  const auto stride = static_cast<std::int64_t>(spec.goods.size());
  for (Instrument& good : spec.goods) {
    CHECK(good.tick_mp >= 1 && good.tick_mp <= 1'000'000);
    CHECK(good.lots_max.value >= 1 && good.lots_max.value <= 1'000'000);
    CHECK(good.opening.value >= 1 && good.opening <= good.price_max);
    CHECK(!this->good(good.name).some());
    const GoodId id{goods()};
    Book book({good.price_max, {id.value}, stride});
    lines_.push_back({std::move(good), std::move(book), {}, {}, {}, {}, -1, {},
                      {limits_.shortable_lots}});
    accounts_.deliver(id, account(SourceAccount::endowment), account(SourceAccount::pool),
                      {limits_.shortable_lots});
    set_mark(id, lines_.back().instrument.opening);
    keep_mark(id);
  }
}

const Exchange::Line& Exchange::line(GoodId good) const {
  CHECK(good.value >= 0 && good.value < goods());
  return lines_[static_cast<std::size_t>(good.value)];
}
Exchange::Line& Exchange::line(GoodId good) {
  CHECK(good.value >= 0 && good.value < goods());
  return lines_[static_cast<std::size_t>(good.value)];
}

// ---- orders

Placed Exchange::place(const NewOrder& order, MarketEvents& events) {
  const bool known = order.account.some() && order.account.value < accounts_.size();
  const std::int64_t messages = known ? ++accounts_.at(order.account).messages : 0;
  const Ticket ticket = examine({order, nullptr, messages}, report_);
  if (!report_.passed()) return {report_.reason, {}, {}, {}, {}};
  const auto at = static_cast<std::size_t>(order.account.value * goods() + order.good.value);
  if (last_.size() <= at) last_.resize(static_cast<std::size_t>(accounts_.size() * goods()));
  last_[at] = {turn_, order.side, order.kind, order.price, order.lots};
  scratch_.clear();
  const OrderId id = line(order.good).book.place(ticket.incoming, ticket.band, scratch_);
  return settle(order.good, id, ticket.incoming, events);
}

Placed Exchange::replace(const ReplaceOrder& change, MarketEvents& events) {
  const bool known = change.account.some() && change.account.value < accounts_.size();
  const std::int64_t messages = known ? ++accounts_.at(change.account).messages : 0;
  const Order* open = order(change.order);
  const auto refusal = open == nullptr                  ? OrderRefusal::unknown_order
                       : open->owner != change.account ? OrderRefusal::not_yours
                                                       : OrderRefusal::none;
  if (refusal != OrderRefusal::none) {
    report_.checks[0] = {ControlRule::known, refusal, 0, {change.account.value, -1, 0, 0}, -1};
    report_.count = 1;
    report_.limit_version = limits_.version;
    report_.reason = refusal;
    return {refusal, {}, {}, {}, {}};
  }
  const GoodId good = good_of(change.order);
  const Order old = *open;
  const NewOrder wanted{old.owner,   good,        old.side,           OrderKind::limit,
                        change.price, change.lots, old.borrow.value > 0};
  const Ticket ticket = examine({wanted, open, messages}, report_);
  if (!report_.passed()) return {report_.reason, {}, {}, {}, {}};

  const Incoming before{old.owner, old.side, OrderKind::limit, old.price,
                        old.lots,  old.borrow, old.hold,       old.turn};
  reserve(good, before, old.lots, -1);
  const bool keeps = change.price == old.price && change.lots <= old.lots;
  events.emplace_back(OrderReplaced{change.order, old.owner, good, old.side, change.price,
                                    change.lots, keeps});
  scratch_.clear();
  line(good).book.replace(change.order, ticket.incoming, ticket.band, scratch_);
  if (!keeps) return settle(good, change.order, ticket.incoming, events);
  reserve(good, ticket.incoming, change.lots, 1);
  return {OrderRefusal::none, change.order, {}, change.lots, {}};
}

OrderRefusal Exchange::cancel(AccountId account, OrderId id, MarketEvents& events) {
  if (!account.some() || account.value >= accounts_.size()) return OrderRefusal::unknown_account;
  ++accounts_.at(account).messages;
  const Order* open = order(id);
  if (open == nullptr) return OrderRefusal::unknown_order;
  if (open->owner != account) return OrderRefusal::not_yours;
  drop(good_of(id), id, events, CancelReason::asked);
  return OrderRefusal::none;
}

int Exchange::cancel_all(AccountId account, MarketEvents& events, CancelReason why) {
  int count = 0;
  for (int good = 0; good < goods(); ++good)
    while (const Order* open =
               book({good}).find_own(account, [](const Order&) { return true; })) {
      drop({good}, open->id, events, why);
      ++count;
    }
  return count;
}

// ---- operator and magistrate

void Exchange::kill(AccountId account, MarketEvents& events) {
  accounts_.at(account).standing.killed = true;
  cancel_all(account, events, CancelReason::killed);
}

void Exchange::kill_all(MarketEvents& events) {
  killed_all_ = true;
  for (std::int64_t id = source_accounts; id < accounts_.size(); ++id)
    cancel_all({id}, events, CancelReason::killed);
}

void Exchange::enable(AccountId account) {
  Account& one = accounts_.at(account);
  one.standing.killed = one.standing.throttled = false;
  one.fills = 0;
}

void Exchange::enable_all() {
  killed_all_ = false;
  for (std::int64_t id = source_accounts; id < accounts_.size(); ++id) enable({id});
}

void Exchange::freeze(AccountId account, MarketEvents& events) {
  accounts_.at(account).standing.frozen = true;
  cancel_all(account, events, CancelReason::killed);
}

void Exchange::thaw(AccountId account) { accounts_.at(account).standing.frozen = false; }

void Exchange::exile(AccountId account, MarketEvents& events) {
  accounts_.at(account).standing.exiled = true;
  cancel_all(account, events, CancelReason::killed);
}

void Exchange::halt(GoodId good, std::int64_t until, MarketEvents& events) {
  Line& of = line(good);
  of.halted_until = std::max(of.halted_until, until);
  const Band range = collar(good);
  events.emplace_back(TradingHalted{good, {}, range.low, range.high, of.halted_until});
}

void Exchange::resume(GoodId good, MarketEvents& events) {
  if (!halted(good)) return;
  line(good).halted_until = turn_ - 1;
  events.emplace_back(TradingResumed{good});
}

void Exchange::set_limits(const MarketLimits& limits) {
  CHECK(limits.version > limits_.version);
  limits_ = limits;
  credit_high_ = std::max(credit_high_, limits.credit_max_mp);
  for (int good = 0; good < goods(); ++good) set_mark({good}, mark({good}));
}

void Exchange::add_override(LimitOverride change) {
  switch (change.rule) {
    case ControlRule::funds: credit_high_ = std::max(credit_high_, change.limit); break;
    case ControlRule::throttle:
    case ControlRule::messages:
    case ControlRule::collar:
    case ControlRule::order_value:
    case ControlRule::order_lots:
    case ControlRule::position:
    case ControlRule::exposure: break;
    default: CHECK(false);
  }
  CHECK(change.limit >= 0);
  overrides_.push_back(std::move(change));
}

// ---- looks

GoodId Exchange::good(std::string_view name) const {
  for (std::size_t i = 0; i < lines_.size(); ++i)
    if (lines_[i].instrument.name == name) return {static_cast<std::int64_t>(i)};
  return {};
}

Band Exchange::band(GoodId good, std::int64_t collar_bps) const {
  const Line& of = line(good);
  const auto round = [&](Ticks centre, std::int64_t points) {
    const std::int64_t width = mul_div(centre.value, points, 10'000, Round::down);
    return Band{{std::max<std::int64_t>(1, centre.value - width)},
                std::min(of.instrument.price_max, centre + Ticks{width})};
  };
  Band band = round(of.mark, collar_bps);
  if (limits_.dynamic_bps > 0 && of.day.last.value > 0) {
    const Band inner = round(of.day.last, limits_.dynamic_bps);
    band = {std::max(band.low, inner.low), std::min(band.high, inner.high)};
  }
  return band;
}

Band Exchange::collar(GoodId good) const { return band(good, limits_.collar_bps); }

Lots Exchange::lendable(GoodId good) const {
  return accounts_.stock(account(SourceAccount::pool), good).free();
}

const Order* Exchange::order(OrderId id) const {
  return id.some() ? book(good_of(id)).find(id) : nullptr;
}

Exchange::Last Exchange::last_of(AccountId account, GoodId good) const {
  const auto at = static_cast<std::size_t>(account.value * goods() + good.value);
  return at < last_.size() ? last_[at] : Last{};
}

Money Exchange::value(GoodId good, Ticks price, Lots lots) const {
  return line(good).instrument.value(price, lots);
}

Money Exchange::fee(Money value) const {
  if (value.value < 0 || value.value > 1'000'000'000'000'000)  // else 64 bits do
    return bps(value, limits_.fee_bps, Round::up);
  return {(value.value * limits_.fee_bps + 9'999) / 10'000};
}

Money Exchange::short_value(AccountId account) const {
  Money sum;
  for (int good = 0; good < goods(); ++good)
    sum += value({good}, mark({good}), accounts_.stock(account, {good}).borrowed);
  return sum;
}

}  // namespace wood
