// Settlement: what trades, rests and drops do to the accounts; and movements outside the book.
//
// The margin behind a short is the initial margin at the mark, less what the account's own open
// bids for that good already hold for closing it: margin + hold is the larger of the two, so a bid
// that closes a short needs little money of its own, and one far below the market frees nothing.
#include <algorithm>

#include "market/exchange.h"

namespace wood {

// ---- reservations

void Exchange::shift(Stock& stock, Purse& purse, const Incoming& in, Lots lots, int sign) {
  const Lots borrow = in.side == Side::ask ? std::min(lots, in.borrow) : Lots{};
  const Lots held_by = in.side == Side::bid ? lots : borrow;
  const Money hold{sign * mul(in.hold.value, held_by.value)};
  purse.reserved += hold;
  if (in.side == Side::bid) {
    stock.bids += {sign * lots.value};
    stock.bid_hold += hold;
  } else {
    stock.asks += {sign * lots.value};
    stock.ask_hold += hold;
    stock.reserved += {sign * (lots - borrow).value};
  }
}

void Exchange::reserve(GoodId good, const Incoming& in, Lots lots, int sign) {
  shift(accounts_.stock(in.owner, good), accounts_.at(in.owner).purse, in, lots, sign);
  if (in.side == Side::ask)
    accounts_.stock(account(SourceAccount::pool), good).reserved +=
        {sign * std::min(lots, in.borrow).value};
  else
    remargin(in.owner, good);
}

Money Exchange::margin_of(const Line& line, const Stock& stock) {
  if (stock.borrowed.value == 0) return {};
  const Money whole{mul(line.margin_lot.value, stock.borrowed.value)};
  const Money held =
      stock.bids <= stock.borrowed
          ? stock.bid_hold
          : Money{mul_div(stock.bid_hold.value, stock.borrowed.value, stock.bids.value,
                          Round::down)};
  return std::max(Money{}, whole - held);
}

void Exchange::remargin(AccountId account, GoodId good) {
  Stock& stock = accounts_.stock(account, good);
  if (stock.borrowed.value == 0 && stock.margin.value == 0) return;
  const Money margin = margin_of(line(good), stock);
  accounts_.at(account).purse.margin += margin - stock.margin;
  stock.margin = margin;
}

void Exchange::set_mark(GoodId good, Ticks mark) {
  Line& of = line(good);
  of.mark = mark;
  of.margin_lot = bps(of.instrument.value(mark, {1}), limits_.margin_initial_bps, Round::up);
  for (std::int64_t id = source_accounts; id < accounts_.size(); ++id) remargin({id}, good);
}

void Exchange::drop(GoodId good, OrderId id, MarketEvents& events, CancelReason why) {
  Book& book = line(good).book;
  const Order order = *book.find(id);
  reserve(good, {order.owner, order.side, OrderKind::limit, order.price, order.lots, order.borrow,
                 order.hold, order.turn}, order.lots, -1);
  book.cancel(id);
  events.emplace_back(
      OrderCancelled{id, order.owner, good, order.side, order.price, order.lots, why});
}

// ---- trades

// Reads scratch_, what the book did with `in`.
Placed Exchange::settle(GoodId good, OrderId id, const Incoming& in, MarketEvents& events) {
  Placed placed{OrderRefusal::none, id, {}, {}, {}};
  Lots owned = in.lots - in.borrow;  // of an ask: goes before what is borrowed
  over_.clear();
  for (const BookEvent& event : scratch_) {
    if (const auto* fill = std::get_if<Fill>(&event)) {
      const Lots own = std::min(owned, fill->lots);
      owned -= own;
      settle_fill(good, id, in, *fill, in.side == Side::ask ? fill->lots - own : Lots{}, events);
      placed.filled += fill->lots;
      placed.value += value(good, fill->price, fill->lots);
    } else if (const auto* rested = std::get_if<Rested>(&event)) {
      reserve(good, in, rested->lots, 1);
      placed.resting = rested->lots;
      events.emplace_back(OrderRested{id, in.owner, good, in.side, in.price, rested->lots});
    } else if (const auto* dropped = std::get_if<Dropped>(&event)) {
      events.emplace_back(
          OrderCancelled{id, in.owner, good, in.side, in.price, dropped->lots, dropped->why});
      if (dropped->why != CancelReason::halted) continue;
      Line& of = line(good);
      const Band range = collar(good);
      of.halted_until = std::max(of.halted_until, turn_ + limits_.halt_turns);
      events.emplace_back(
          TradingHalted{good, dropped->price, range.low, range.high, of.halted_until});
    }
  }
  throttle(events);
  return placed;
}

// `lent`: lots the incoming seller borrows for this fill.
void Exchange::settle_fill(GoodId good, OrderId id, const Incoming& in, const Fill& fill,
                           Lots lent, MarketEvents& events) {
  const bool taker_buys = in.side == Side::bid;
  const AccountId buyer = taker_buys ? in.owner : fill.maker_owner;
  const AccountId seller = taker_buys ? fill.maker_owner : in.owner;
  const AccountId pool = account(SourceAccount::pool), fees = account(SourceAccount::fees);
  const Money paid = value(good, fill.price, fill.lots);
  Money buyer_fee = fee(paid);
  const Money seller_fee = buyer_fee;
  Stock& bought = accounts_.stock(buyer, good);
  Stock& sold = accounts_.stock(seller, good);

  // The maker's reservation for these lots ends. The pool's claim goes with it.
  const Side maker_side = other(in.side);
  const Incoming made{fill.maker_owner, maker_side, OrderKind::limit, fill.price, fill.lots,
                      fill.maker_borrow, fill.maker_hold, 0};
  shift(maker_side == Side::bid ? bought : sold, accounts_.at(fill.maker_owner).purse, made,
        fill.lots, -1);
  if (taker_buys) {
    lent = fill.maker_borrow;
    accounts_.stock(pool, good).reserved -= lent;
  } else {  // a bid pays no more than it was admitted with, also if fees have risen since
    buyer_fee = std::min(buyer_fee, Money{mul(fill.maker_hold.value, fill.lots.value)} - paid);
  }

  if (lent.value > 0) {
    accounts_.deliver(good, pool, seller, lent);
    sold.borrowed += lent;
  }
  accounts_.cost_of_trade(buyer, good, fill.lots, paid + buyer_fee);
  accounts_.cost_of_trade(seller, good, -fill.lots, paid - seller_fee);
  accounts_.pay(buyer, seller, paid);
  accounts_.pay(buyer, fees, buyer_fee);
  accounts_.pay(seller, fees, seller_fee);
  accounts_.deliver(good, seller, buyer, fill.lots);
  const Lots back = std::min(fill.lots, bought.borrowed);
  if (back.value > 0) {
    accounts_.deliver(good, buyer, pool, back);
    bought.borrowed -= back;
  }
  remargin(buyer, good);
  remargin(seller, good);
  count_fill(buyer);
  count_fill(seller);

  DayStats& day = line(good).day;
  if (day.volume.value == 0) day.open = day.high = day.low = fill.price;
  day.high = std::max(day.high, fill.price);
  day.low = std::min(day.low, fill.price);
  day.last = fill.price;
  day.volume += fill.lots;
  day.price_lots += mul(fill.price.value, fill.lots.value);
  events.emplace_back(Trade{good, fill.price, fill.lots, id, fill.maker, in.side, buyer, seller,
                            buyer_fee, seller_fee, lent, back, fill.maker_left});
}

void Exchange::count_fill(AccountId account) {
  Account& one = accounts_.at(account);
  ++one.fills;
  if (one.standing.throttled || one.fills <= limit(ControlRule::throttle, account, nullptr)) return;
  one.standing.throttled = true;
  over_.push_back(account);
}

// After the trades of a message, so that no queue changes while it is read.
void Exchange::throttle(MarketEvents& events) {
  for (const AccountId account : over_) {
    events.emplace_back(AccountThrottled{account, accounts_.at(account).fills});
    cancel_all(account, events, CancelReason::throttled);
  }
  over_.clear();
}

// ---- movements outside the book

Moved Exchange::pay(AccountId from, AccountId to, Money amount) {
  const Account& payer = accounts_.at(from);
  if (!payer.source && payer.purse.free() < amount) return Moved::short_of_money;
  accounts_.pay(from, to, amount);
  return Moved::done;
}

Moved Exchange::give(GoodId good, AccountId from, AccountId to, Lots lots) {
  const AccountId pool = account(SourceAccount::pool);
  CHECK(from != pool && to != pool && lots.value >= 0);
  if (!accounts_.at(from).source && accounts_.stock(from, good).free() < lots)
    return Moved::short_of_goods;
  if (from == to || lots.value == 0) return Moved::done;
  if (!accounts_.at(from).source) accounts_.cost_of_loss(from, good, lots);
  // Goods that come without a price come at the mark: what they are later sold for beyond it is
  // trading profit, what they were worth when they came is not.
  if (!accounts_.at(to).source)
    accounts_.cost_of_trade(to, good, lots, value(good, mark(good), lots));
  accounts_.deliver(good, from, to, lots);
  return Moved::done;
}

Money Exchange::take_money(AccountId from, AccountId to, Money amount, MarketEvents& events) {
  const Account& payer = accounts_.at(from);
  for (int good = 0; good < goods() && payer.purse.free() < amount && !payer.source;) {
    const Order* open = book({good}).find_own(
        from, [](const Order& o) { return o.side == Side::bid || o.borrow.value > 0; });
    if (open == nullptr) ++good;
    else drop({good}, open->id, events, CancelReason::needed);
  }
  if (!payer.source) amount = std::clamp(payer.purse.free(), Money{}, amount);
  accounts_.pay(from, to, amount);
  return amount;
}

Lots Exchange::take_goods(GoodId good, AccountId from, AccountId to, Lots lots,
                          MarketEvents& events) {
  if (!accounts_.at(from).source) {
    const Stock& stock = accounts_.stock(from, good);
    while (stock.free() < lots) {
      const Order* open = book(good).find_own(
          from, [](const Order& o) { return o.side == Side::ask && o.lots > o.borrow; });
      if (open == nullptr) break;
      drop(good, open->id, events, CancelReason::needed);
    }
    lots = std::clamp(stock.free(), Lots{}, lots);
  }
  CHECK(give(good, from, to, lots) == Moved::done);
  return lots;
}

}  // namespace wood
