// The limit order book of one good: price first, then time.
//
// A price is an index. Levels lie in one flat array by price (bids and asks share it: a book that
// is never crossed has one side at a price), each an intrusive queue of pooled orders; which levels
// are in use is kept in bitmaps of three storeys of 64, so the best price and the next are a few
// instructions however far apart they lie. Order ids count up by a fixed stride, so id to order is
// an index too. Leaves out money, goods and rules: exchange.h.
#pragma once

#include <array>
#include <optional>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "market/event.h"
#include "market/instrument.h"

namespace wood {

// An order as the book keeps it.
struct Order {
  OrderId id;
  AccountId owner;
  Side side = Side::bid;
  Ticks price;
  Lots lots;              // still open
  Lots borrow;            // of an ask's lots: the last so many will be borrowed when they trade
  Money hold;             // money reserved for each lot of a bid, each borrowed lot of an ask
  std::int64_t turn = 0;  // when it was placed or last lost its priority
};

// An order on its way in.
struct Incoming {
  AccountId owner;
  Side side = Side::bid;
  OrderKind kind = OrderKind::limit;
  Ticks price;  // for a market order: the worst price it may trade at
  Lots lots;
  Lots borrow;
  Money hold;
  std::int64_t turn = 0;
};

// Prices at which a trade is allowed, both included.
struct Band {
  Ticks low{1};
  Ticks high{262'143};
};

// Results, in the order they happened.
struct Fill {
  OrderId maker;
  AccountId maker_owner;
  Ticks price;
  Lots lots;
  Lots maker_left;
  Lots maker_borrow;  // of lots: borrowed by the maker, if it sells
  Money maker_hold;   // as in Order
};
struct Rested {
  Lots lots;
};
struct Dropped {  // the rest of the incoming order
  Lots lots;
  CancelReason why;
  Ticks price;    // CancelReason::halted: the price outside the band
};
using BookEvent = std::variant<Fill, Rested, Dropped>;

struct Level {
  Ticks price;
  Lots lots;
  std::int64_t orders = 0;
};

// Cost of taking `lots` now, without doing it.
struct Sweep {
  Lots lots;            // that would fill
  std::int64_t price_lots = 0;  // sum of price × lots
  Ticks worst;          // price of the last fill
  std::int64_t fills = 0;
  bool self = false;    // stopped at an own order
  bool outside = false; // stopped at the edge of the band
  Ticks next;           // outside: the price that was not taken
};

struct BookSpec {
  Ticks price_max{100'000};
  OrderId first{0};         // ids are first, first + stride, …
  std::int64_t stride = 1;
};

class Book {
 public:
  explicit Book(BookSpec spec);

  // The id the next order gets. place() uses it up also when nothing rests.
  [[nodiscard]] OrderId next_id() const;
  // Matches, then rests or drops what is left; appends to `out`. Price in 1..price_max, lots > 0.
  OrderId place(const Incoming& order, Band band, std::vector<BookEvent>& out);
  // The open order, or null. Valid until the book is next changed.
  [[nodiscard]] const Order* find(OrderId id) const;
  // Removes an open order; false if it is not open.
  bool cancel(OrderId id);
  // Same price and fewer lots: changed in place, keeps its place in the queue (true). Else it
  // leaves and comes back under its id as a new limit order, which may take (gives false).
  // `order`: the new price, lots and borrow; owner and side as before. CHECK: it is open.
  bool replace(OrderId id, const Incoming& order, Band band, std::vector<BookEvent>& out);

  [[nodiscard]] Ticks best_bid() const;  // 0: none
  [[nodiscard]] Ticks best_ask() const;  // 0: none
  [[nodiscard]] Lots lots_at(Ticks price) const;
  [[nodiscard]] std::vector<Level> depth(Side side, int levels) const;  // best first
  [[nodiscard]] Sweep sweep(const Incoming& order, Band band) const;
  // The prices and lots of that sweep's fills, in order.
  [[nodiscard]] std::vector<Level> preview(const Incoming& order, Band band) const;
  [[nodiscard]] std::int64_t open() const { return open_; }  // resting orders
  // All orders of one side, best price first, then by time.
  [[nodiscard]] std::vector<Order> queue(Side side) const;
  // The open orders of one account, by when they last joined a queue, newest first.
  [[nodiscard]] std::vector<Order> own(AccountId owner) const;
  // The first of them for which test(order) holds, or null.
  template <class Test>
  [[nodiscard]] const Order* find_own(AccountId owner, Test test) const {
    const auto at = static_cast<std::size_t>(owner.value);
    for (Slot slot = at < own_.size() ? own_[at] : none; slot != none;
         slot = nodes_[slot].own_next)
      if (test(nodes_[slot].order)) return &nodes_[slot].order;
    return nullptr;
  }

  // Forgets the ids of orders that are long gone, so that memory follows the open orders.
  void trim();
  // Canonical bytes: everything the future depends on, queue priority included.
  void state(Bytes& out) const;
  // Appends what is broken: crossed, counts or links that disagree.
  void audit(const std::string& name, std::vector<std::string>& out) const;

 private:
  friend struct MarketProbe;  // tests change one field at a time
  using Slot = std::uint32_t;
  static constexpr Slot none = 0xffffffffU;
  struct Node {
    Order order;
    Slot prev = none, next = none;          // queue at one price
    Slot own_prev = none, own_next = none;  // orders of one account
  };
  struct Queue {
    Slot head = none, tail = none;
    Lots lots;
  };
  // Which prices have orders: a 64-ary tree of bits over 0..262,143.
  class Bits {
   public:
    explicit Bits(std::int64_t prices);
    void set(std::int64_t price);
    void clear(std::int64_t price);
    [[nodiscard]] std::int64_t up(std::int64_t from) const;    // least set >= from, or -1
    [[nodiscard]] std::int64_t down(std::int64_t from) const;  // greatest set <= from, or -1

   private:
    std::vector<std::uint64_t> leaves_, middle_;
    std::uint64_t root_ = 0;
  };

  template <class Visit>  // visit(price, lots) for each fill
  Sweep walk(const Incoming& order, Band band, Visit visit) const;
  void match(const Incoming& order, Lots& left, Band band, std::vector<BookEvent>& out);
  void run(OrderId id, const Incoming& order, Band band, std::vector<BookEvent>& out);
  void rest(OrderId id, const Incoming& order, Lots lots);
  void remove(Slot slot);
  void link_own(Slot slot);
  void unlink_own(Slot slot);
  [[nodiscard]] Slot slot_of(OrderId id) const;
  [[nodiscard]] Ticks best(Side side) const { return side == Side::bid ? bid_ : ask_; }
  [[nodiscard]] Ticks next_level(Side side, Ticks price) const;

  BookSpec spec_;
  std::vector<Queue> levels_;   // by price
  Bits bids_, asks_;
  Ticks bid_, ask_;             // best prices, 0: none
  std::vector<Node> nodes_;
  std::vector<Slot> unused_;    // free nodes
  std::int64_t base_ = 0;       // number of the first id that slots_ knows
  std::vector<Slot> slots_;     // by number - base_
  std::int64_t count_ = 0;      // orders ever placed
  std::int64_t open_ = 0;
  std::vector<Slot> own_;       // newest order, by account
};

}  // namespace wood
