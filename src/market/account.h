// Who owns what. Double entry: money and goods only ever move between two named accounts, so each
// sums to zero over all accounts, always: what exists was moved out of a source (the endowment,
// production) whose balance is below zero by as much. Leaves out when a movement is allowed:
// exchange.h.
//
// A trader's money is cash, of which `reserved` stands behind open bids (and the own part of short
// asks) and `margin` behind goods he has borrowed; the rest is free. Likewise his goods.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "market/instrument.h"

namespace wood {

// Opened by every exchange, in this order, as accounts 0…, named "@endowment" …; may go below zero.
enum class SourceAccount : std::uint8_t {
  endowment,   // what the world began with
  production,  // goods made
  spoilage, meal, burn,  // goods gone
  fine,        // money taken by the magistrate
  fees,        // the exchange's
  pool,        // goods the exchange lends to short sellers
  imports,     // goods fetched from beyond the Wood for a buy-in the book could not fill
  guarantee,   // pays what a bought-in account cannot
  escrow,      // what a deal holds between its two sides
  outside,     // what the operator or a shock brings in or takes away
};
inline constexpr int source_accounts = 12;
inline AccountId account(SourceAccount source) { return {static_cast<std::int64_t>(source)}; }
const char* name(SourceAccount source);

struct AccountSpec {
  std::string name;   // unique
  GoodId makes;       // none: makes nothing. The good it may not bid for
};

// Standing of a trader; several may hold at once.
struct Standing {
  bool frozen = false;     // magistrate: no orders until thawed
  bool exiled = false;     // magistrate: no orders for good
  bool killed = false;     // kill switch
  bool throttled = false;  // repeated-execution throttle
};

struct Purse {
  Money cash;
  Money reserved;  // behind open orders
  Money margin;    // behind borrowed goods, at the marks
  [[nodiscard]] Money free() const { return cash - reserved - margin; }
};

struct Stock {
  Lots held;       // a source's may be below zero
  Lots reserved;   // of held: behind open asks
  Lots borrowed;   // owed to the pool
  Lots bids, asks; // open, in all
  Money bid_hold;  // of the purse's reserve: behind open bids for this good
  Money ask_hold;  // and behind the borrowed part of open asks
  Money margin;    // of the purse's margin: behind what is borrowed, less what open bids hold
  Money cost;      // what the net position cost (long), or brought in (short)
  Money realised;  // by sales above cost, buys under proceeds; fees included
  [[nodiscard]] Lots free() const { return held - reserved; }
  [[nodiscard]] Lots net() const { return held - borrowed; }
  [[nodiscard]] Money average() const;  // of a lot, rounded to even; 0 if flat
};

struct Account {
  Purse purse;
  Standing standing;
  std::int64_t messages = 0;  // this turn
  std::int64_t fills = 0;     // this turn, or since the operator enabled it
  GoodId makes;
  bool source = false;
};

class Accounts {
 public:
  explicit Accounts(int goods);  // opens the sources

  AccountId open(const AccountSpec& spec);  // CHECK: the name is new
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(accounts_.size()); }
  [[nodiscard]] int goods() const { return goods_; }
  [[nodiscard]] const std::string& name(AccountId id) const;
  [[nodiscard]] AccountId find(std::string_view name) const;  // none if unknown

  // CHECK: the ids exist.
  [[nodiscard]] const Account& at(AccountId id) const { return accounts_[index(id)]; }
  [[nodiscard]] Account& at(AccountId id) { return accounts_[index(id)]; }
  [[nodiscard]] const Stock& stock(AccountId id, GoodId good) const {
    return stocks_[index(id, good)];
  }
  [[nodiscard]] Stock& stock(AccountId id, GoodId good) { return stocks_[index(id, good)]; }

  // Amounts >= 0. Balances only: no rule, no reservation is looked at.
  void pay(AccountId from, AccountId to, Money amount);
  void deliver(GoodId good, AccountId from, AccountId to, Lots lots);

  // Books lots bought (> 0, for `value` with fees) or sold (< 0) into the cost of a position by the
  // average-cost method. Call before the goods move.
  void cost_of_trade(AccountId id, GoodId good, Lots bought, Money value);
  // Lots that leave unpaid (eaten, given) take their average cost along: no gain, no loss.
  void cost_of_loss(AccountId id, GoodId good, Lots lots);

  [[nodiscard]] Lots circulating(GoodId good) const;  // held by traders, all together
  void state(Bytes& out) const;
  void audit(std::vector<std::string>& out) const;    // sums that are not zero

 private:
  friend struct MarketProbe;
  [[nodiscard]] std::size_t index(AccountId id) const {
    CHECK(id.value >= 0 && id.value < size());
    return static_cast<std::size_t>(id.value);
  }
  [[nodiscard]] std::size_t index(AccountId id, GoodId good) const {
    CHECK(good.value >= 0 && good.value < goods_);
    return index(id) * static_cast<std::size_t>(goods_) + static_cast<std::size_t>(good.value);
  }

  int goods_ = 0;
  std::vector<Account> accounts_;
  std::vector<Stock> stocks_;  // by account, then good
  std::vector<std::string> names_;
  std::map<std::string, std::int64_t, std::less<>> by_name_;
};

}  // namespace wood
