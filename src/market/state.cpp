// The exchange as canonical bytes, and what must hold in it at every moment.
#include "market/exchange.h"

namespace wood {
namespace {

void put(Bytes& out, std::int64_t value) { put_u64le(out, static_cast<std::uint64_t>(value)); }

void put(Bytes& out, std::string_view text) {
  put(out, static_cast<std::int64_t>(text.size()));
  out += text;
}

void put(Bytes& out, const DayStats& day) {
  for (const std::int64_t value : {day.open.value, day.high.value, day.low.value, day.last.value,
                                   day.volume.value, day.price_lots})
    put(out, value);
}

void put(Bytes& out, const Instrument& good) {
  put(out, good.name);
  for (const std::int64_t value :
       {good.tick_mp, good.opening.value, good.price_max.value, good.lots_max.value})
    put(out, value);
}

void put(Bytes& out, const LimitOverride& change) {
  for (const std::int64_t value : {change.account.value, static_cast<std::int64_t>(change.rule),
                                   change.limit, change.until})
    put(out, value);
  put(out, change.who);
}

}  // namespace

void Exchange::state(Bytes& out) const {
  put(out, turn_);
  put(out, killed_all_);
  put(out, json(limits_).dump());
  put(out, static_cast<std::int64_t>(overrides_.size()));
  for (const LimitOverride& change : overrides_) put(out, change);
  put(out, goods());
  for (const Line& of : lines_) {
    put(out, of.instrument);
    put(out, of.mark.value);
    put(out, static_cast<std::int64_t>(of.marks.size()));
    for (const Ticks mark : of.marks) put(out, mark.value);
    put(out, of.day);
    put(out, of.before);
    put(out, of.halted_until);
    put(out, of.margin_lot.value);
    of.book.state(out);
  }
  accounts_.state(out);
  for (std::int64_t id = source_accounts; id < accounts_.size(); ++id)
    for (int good = 0; good < goods(); ++good) {
      const Last last = last_of({id}, {good});
      for (const std::int64_t value :
           {last.turn, static_cast<std::int64_t>(last.side), static_cast<std::int64_t>(last.kind),
            last.price.value, last.lots.value})
        put(out, value);
    }
}

// What open orders and borrowings of all accounts must come to, against what the accounts say.
class Exchange::Auditor {
 public:
  Auditor(const Exchange& exchange, std::vector<std::string>& out)
      : exchange_(exchange), out_(out) {}

  void run() {
    const Accounts& accounts = exchange_.accounts_;
    std::vector<Purse> purses(static_cast<std::size_t>(accounts.size()));
    for (int good = 0; good < exchange_.goods(); ++good) goods(GoodId{good}, purses);
    for (std::int64_t id = 0; id < accounts.size(); ++id) {
      const Purse& purse = accounts.at({id}).purse;
      const Purse& sum = purses[static_cast<std::size_t>(id)];
      const std::string who = accounts.name({id});
      expect(purse.reserved == sum.reserved, who + " reserves other than its orders hold");
      expect(purse.margin == sum.margin, who + " has other margin than its shorts need");
      if (accounts.at({id}).source) continue;
      expect((purse.cash - purse.reserved).value >= -exchange_.credit_high_,
             who + " has committed more than its cash and credit");
      const Standing& standing = accounts.at({id}).standing;
      const bool barred = standing.frozen || standing.exiled || standing.killed ||
                          standing.throttled || exchange_.killed_all_;
      expect(!barred || orders_[static_cast<std::size_t>(id)] == 0, who + " is barred, has orders");
    }
  }

 private:
  void goods(GoodId good, std::vector<Purse>& purses) {
    const Accounts& accounts = exchange_.accounts_;
    std::vector<Stock> sums(static_cast<std::size_t>(accounts.size()));
    orders_.resize(sums.size());
    Lots claims, borrowed;
    for (const Side side : {Side::bid, Side::ask})
      for (const Order& order : exchange_.book(good).queue(side)) {
        const auto at = static_cast<std::size_t>(order.owner.value);
        const Incoming as{order.owner, side, OrderKind::limit, order.price, order.lots,
                          order.borrow, order.hold, order.turn};
        shift(sums[at], purses[at], as, order.lots, 1);
        claims += order.borrow;
        ++orders_[at];
      }
    const AccountId pool = account(SourceAccount::pool);
    for (std::int64_t id = 0; id < accounts.size(); ++id) {
      const Stock& stock = accounts.stock({id}, good);
      const Stock& sum = sums[static_cast<std::size_t>(id)];
      const std::string who =
          accounts.name({id}) + " in " + exchange_.instrument(good).name;
      borrowed += stock.borrowed;
      expect(stock.bids == sum.bids && stock.asks == sum.asks, who + ": open lots are miscounted");
      expect(stock.bid_hold == sum.bid_hold && stock.ask_hold == sum.ask_hold,
             who + ": money held for orders is miscounted");
      expect(stock.reserved == (AccountId{id} == pool ? claims : sum.reserved),
             who + ": goods behind orders are miscounted");
      expect(stock.margin == margin_of(exchange_.line(good), stock), who + ": stale margin");
      purses[static_cast<std::size_t>(id)].margin += stock.margin;
      if (!accounts.at({id}).source)
        expect(stock.free().value >= 0 && stock.borrowed.value >= 0, who + ": goods below zero");
    }
    const Stock& pool_stock = accounts.stock(pool, good);
    expect(pool_stock.free().value >= 0, "the pool has promised more than it has");
    expect(pool_stock.held + borrowed == exchange_.line(good).pool,
           "the pool and its debtors do not add up");
  }

  void expect(bool holds, const std::string& what) {
    if (!holds) out_.push_back(what);
  }

  const Exchange& exchange_;
  std::vector<std::string>& out_;
  std::vector<std::int64_t> orders_;  // open, by account
};

std::vector<std::string> Exchange::invariants() const {
  std::vector<std::string> out;
  for (const Line& of : lines_) of.book.audit(of.instrument.name, out);
  accounts_.audit(out);
  Auditor(*this, out).run();
  return out;
}

}  // namespace wood
