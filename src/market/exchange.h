// The exchange: a book a good, the accounts, the controls in front and the lending pool behind.
// A pure state machine of one thread: commands in, events out. place() and its like never fail half
// way: what an order may cost is reserved at admission, so settlement cannot be refused.
//
// Short selling. An ask marked may_short may sell more than is held. What is missing is lent by the
// pool when it trades, against a margin (150 % of the mark) of which the proceeds are part, at a
// fee a turn. Goods bought close a short at once, goods held do so at dusk. A short ask holds its
// claim on the pool for the turn only and lapses at dusk. Below 120 % the account is bought in from
// the book, and what the book lacks is imported at a penalty price: money to `imports`, goods from
// `imports` to the pool. So the pool is whole again and every unit has a counter-account.
//
// A turn: place/cancel/replace …, then dusk() once. Read on: settle.cpp, dusk.cpp, state.cpp.
#pragma once

#include <span>
#include <vector>

#include "market/account.h"
#include "market/book.h"
#include "market/control.h"
#include "market/event.h"
#include "market/order.h"

namespace wood {

struct ExchangeSpec {
  std::vector<Instrument> goods;
  MarketLimits limits;
  std::int64_t turn = 1;  // the first turn
};

class Exchange {
 public:
  explicit Exchange(ExchangeSpec spec);  // CHECK: at least one good, prices in range

  AccountId open(const AccountSpec& spec) { return accounts_.open(spec); }

  // ---- orders. Events are appended. report() then tells what the controls looked at.
  Placed place(const NewOrder& order, MarketEvents& events);
  Placed replace(const ReplaceOrder& order, MarketEvents& events);
  OrderRefusal cancel(AccountId account, OrderId order, MarketEvents& events);
  int cancel_all(AccountId account, MarketEvents& events, CancelReason why = CancelReason::asked);
  // The checks of the last place or replace.
  [[nodiscard]] const ControlReport& report() const { return report_; }
  // The same checks, without doing anything or counting a message; and the order as it would go to
  // the book, its owner none if a rule up to `tick` refused.
  struct Admission {
    ControlReport report;
    Incoming incoming;
    Band band;
  };
  [[nodiscard]] Admission admission(const NewOrder& order) const;

  // ---- movements outside the book. Only free money and goods move; sources may go below zero.
  [[nodiscard]] Moved pay(AccountId from, AccountId to, Money amount);
  [[nodiscard]] Moved give(GoodId good, AccountId from, AccountId to, Lots lots);
  // As much as there is, up to `amount`; the account's orders that reserve it are cancelled as
  // needed, good by good, newest first. For meals, spoilage, fines, collateral. Gives what moved.
  Money take_money(AccountId from, AccountId to, Money amount, MarketEvents& events);
  Lots take_goods(GoodId good, AccountId from, AccountId to, Lots lots, MarketEvents& events);

  // ---- operator and magistrate
  void kill(AccountId account, MarketEvents& events);  // cancels all its orders, disables it
  void kill_all(MarketEvents& events);                 // everybody, until enable_all()
  void enable(AccountId account);                      // lifts kill and throttle
  void enable_all();                                   // lifts kill_all(), every kill, throttle
  void freeze(AccountId account, MarketEvents& events);
  void thaw(AccountId account);
  void exile(AccountId account, MarketEvents& events);
  void halt(GoodId good, std::int64_t until, MarketEvents& events);  // through turn `until`
  void resume(GoodId good, MarketEvents& events);
  void set_limits(const MarketLimits& limits);         // CHECK: a higher version
  void add_override(LimitOverride change);
  // The scenario's seam: sets the mark (a decree). Collar and margins follow at once.
  void decree(GoodId good, Ticks mark, MarketEvents& events);

  // ---- dusk: marks, lapse of short asks, cover, borrow fees, margin calls, expiry of halts and
  // overrides, counters back to zero, turn + 1. Buy-ins trade after the close: they count as the
  // first trades of the next turn.
  void dusk(MarketEvents& events);

  // ---- looks
  [[nodiscard]] std::int64_t turn() const { return turn_; }
  [[nodiscard]] int goods() const { return static_cast<int>(lines_.size()); }
  [[nodiscard]] GoodId good(std::string_view name) const;  // none if unknown
  [[nodiscard]] const Instrument& instrument(GoodId good) const { return line(good).instrument; }
  [[nodiscard]] const Book& book(GoodId good) const { return line(good).book; }
  [[nodiscard]] Ticks mark(GoodId good) const { return line(good).mark; }
  // The newest last; at most marks_kept, the opening among them.
  [[nodiscard]] const std::vector<Ticks>& marks(GoodId good) const { return line(good).marks; }
  [[nodiscard]] const DayStats& today(GoodId good) const { return line(good).day; }
  [[nodiscard]] const DayStats& yesterday(GoodId good) const { return line(good).before; }
  [[nodiscard]] Band collar(GoodId good) const;
  [[nodiscard]] bool halted(GoodId good) const { return line(good).halted_until >= turn_; }
  [[nodiscard]] Lots lendable(GoodId good) const;  // in the pool and not claimed
  [[nodiscard]] const Accounts& accounts() const { return accounts_; }
  [[nodiscard]] const MarketLimits& limits() const { return limits_; }
  [[nodiscard]] const std::vector<LimitOverride>& overrides() const { return overrides_; }
  // The open order, or null.
  [[nodiscard]] const Order* order(OrderId id) const;
  [[nodiscard]] GoodId good_of(OrderId id) const { return {id.value % goods()}; }
  [[nodiscard]] Money value(GoodId good, Ticks price, Lots lots) const;
  [[nodiscard]] Money fee(Money value) const;
  [[nodiscard]] Money short_value(AccountId account) const;  // borrowed goods at the marks

  // Canonical bytes of everything that can influence the future.
  void state(Bytes& out) const;
  // What is broken; empty if all is well. O(accounts × goods + orders).
  [[nodiscard]] std::vector<std::string> invariants() const;

  static constexpr std::size_t marks_kept = 8;

 private:
  friend struct MarketProbe;  // tests change one field at a time
  struct Line {  // one good
    Instrument instrument;
    Book book;
    Ticks mark;
    std::vector<Ticks> marks;
    DayStats day, before;
    std::int64_t halted_until = -1;
    Money margin_lot;    // own and proceeds together, for a lot borrowed; follows the mark
    Lots pool;           // in the pool and lent from it, together
  };
  struct Last {  // the last order of an account in a good, for the duplicate check
    std::int64_t turn = -1;
    Side side = Side::bid;
    OrderKind kind = OrderKind::limit;
    Ticks price;
    Lots lots;
  };
  // An order that has passed, or would: what it is to the book.
  struct Ticket {
    Incoming incoming;
    Band band;
  };
  class Examiner;  // examine.cpp
  class Auditor;   // state.cpp
  struct Inspection {
    NewOrder order;
    const Order* replaced = nullptr;  // as though it were gone
    std::int64_t messages = 0;        // this one included
  };
  [[nodiscard]] const Line& line(GoodId good) const;
  [[nodiscard]] Line& line(GoodId good);
  [[nodiscard]] Last last_of(AccountId account, GoodId good) const;
  Ticket examine(const Inspection& inspection, ControlReport& report) const;
  [[nodiscard]] std::int64_t limit(ControlRule rule, AccountId account, ControlCheck* check) const;
  [[nodiscard]] Band band(GoodId good, std::int64_t collar_bps) const;

  // settle.cpp
  Placed settle(GoodId good, OrderId id, const Incoming& in, MarketEvents& events);
  void settle_fill(GoodId good, OrderId id, const Incoming& in, const Fill& fill, Lots borrowed,
                   MarketEvents& events);
  void reserve(GoodId good, const Incoming& in, Lots lots, int sign);
  // Adds (sign 1) or takes away (-1) what `lots` open lots of an order reserve.
  static void shift(Stock& stock, Purse& purse, const Incoming& in, Lots lots, int sign);
  [[nodiscard]] static Money margin_of(const Line& line, const Stock& stock);
  void drop(GoodId good, OrderId id, MarketEvents& events, CancelReason why);
  void count_fill(AccountId account);
  void throttle(MarketEvents& events);
  void remargin(AccountId account, GoodId good);
  void set_mark(GoodId good, Ticks mark);

  // dusk.cpp
  void keep_mark(GoodId good);
  void close_day(GoodId good, MarketEvents& events);
  void lapse(MarketEvents& events);
  void cover(AccountId account, GoodId good);
  void charge_borrowing(MarketEvents& events);
  void open_turn(MarketEvents& events);
  void call_margins(MarketEvents& events);
  void buy_in(AccountId account, GoodId good, MarketEvents& events);

  std::vector<Line> lines_;
  Accounts accounts_;
  MarketLimits limits_;
  std::vector<LimitOverride> overrides_;
  std::int64_t turn_ = 1;
  bool killed_all_ = false;
  std::vector<Last> last_;         // by account, then good
  ControlReport report_;           // of the last message; no part of the state
  std::vector<BookEvent> scratch_; // of one call
  std::vector<AccountId> over_;    // accounts whose fills passed the limit in this call
  std::int64_t credit_high_ = 0;   // the highest credit limit so far: for invariants()
};

}  // namespace wood
