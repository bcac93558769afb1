// What a book looks like: best prices, depth, what a sweep would cost, canonical bytes, audit.
#include <algorithm>

#include "market/book.h"

namespace wood {
namespace {

void put(Bytes& out, std::int64_t value) { put_u64le(out, static_cast<std::uint64_t>(value)); }

void put(Bytes& out, const Order& order) {
  for (const std::int64_t value :
       {order.id.value, order.owner.value, static_cast<std::int64_t>(order.side),
        order.price.value, order.lots.value, order.borrow.value, order.hold.value, order.turn})
    put(out, value);
}

}  // namespace

Ticks Book::next_level(Side side, Ticks price) const {
  const std::int64_t next =
      side == Side::bid ? bids_.down(price.value - 1) : asks_.up(price.value + 1);
  return {std::max<std::int64_t>(next, 0)};
}

Ticks Book::best_bid() const { return bid_; }
Ticks Book::best_ask() const { return ask_; }

Lots Book::lots_at(Ticks price) const {
  if (price.value < 1 || price > spec_.price_max) return {};
  return levels_[static_cast<std::size_t>(price.value)].lots;
}

std::vector<Level> Book::depth(Side side, int levels) const {
  std::vector<Level> out;
  for (Ticks price = best(side); price.value != 0 && static_cast<int>(out.size()) < levels;
       price = next_level(side, price)) {
    const Queue& queue = levels_[static_cast<std::size_t>(price.value)];
    Level level{price, queue.lots, 0};
    for (Slot slot = queue.head; slot != none; slot = nodes_[slot].next) ++level.orders;
    out.push_back(level);
  }
  return out;
}

template <class Visit>
Sweep Book::walk(const Incoming& order, Band band, Visit visit) const {
  Sweep out;
  const bool buys = order.side == Side::bid;
  for (Ticks price = best(other(order.side)); price.value != 0;
       price = next_level(other(order.side), price)) {
    if (out.lots == order.lots || (buys ? price > order.price : price < order.price)) return out;
    if (price < band.low || price > band.high) {
      out.outside = true;
      out.next = price;
      return out;
    }
    for (Slot slot = levels_[static_cast<std::size_t>(price.value)].head;
         slot != none && out.lots < order.lots; slot = nodes_[slot].next) {
      const Order& maker = nodes_[slot].order;
      if (maker.owner == order.owner) {
        out.self = true;
        return out;
      }
      const Lots lots = std::min(maker.lots, order.lots - out.lots);
      out.lots += lots;
      out.price_lots += mul(price.value, lots.value);
      out.worst = price;
      ++out.fills;
      visit(price, lots);
    }
  }
  return out;
}

Sweep Book::sweep(const Incoming& order, Band band) const {
  return walk(order, band, [](Ticks, Lots) {});
}

std::vector<Level> Book::preview(const Incoming& order, Band band) const {
  std::vector<Level> fills;
  walk(order, band, [&](Ticks price, Lots lots) { fills.push_back({price, lots, 1}); });
  return fills;
}

std::vector<Order> Book::queue(Side side) const {
  std::vector<Order> out;
  for (Ticks price = best(side); price.value != 0; price = next_level(side, price))
    for (Slot slot = levels_[static_cast<std::size_t>(price.value)].head; slot != none;
         slot = nodes_[slot].next)
      out.push_back(nodes_[slot].order);
  return out;
}

std::vector<Order> Book::own(AccountId owner) const {
  std::vector<Order> out;
  (void)find_own(owner, [&](const Order& order) {
    out.push_back(order);
    return false;
  });
  return out;
}

void Book::state(Bytes& out) const {
  put(out, count_);
  for (const Side side : {Side::bid, Side::ask}) {
    const auto orders = queue(side);
    put(out, static_cast<std::int64_t>(orders.size()));
    for (const Order& order : orders) put(out, order);
  }
  // An order that was replaced is its account's newest though its id is not: seizures go by that.
  for (const Slot newest : own_)
    for (Slot slot = newest; slot != none; slot = nodes_[slot].own_next)
      put(out, nodes_[slot].order.id.value);
}

void Book::audit(const std::string& good, std::vector<std::string>& out) const {
  if (bid_.value != 0 && ask_.value != 0 && bid_ >= ask_)
    out.push_back(good + ": the book is crossed, bid " + std::to_string(bid_.value) + " ask " +
                  std::to_string(ask_.value));
  std::int64_t seen = 0;
  for (const Side side : {Side::bid, Side::ask})
    for (Ticks price = best(side); price.value != 0; price = next_level(side, price)) {
      Lots lots;
      const Queue& queue = levels_[static_cast<std::size_t>(price.value)];
      for (Slot slot = queue.head; slot != none; slot = nodes_[slot].next, ++seen) {
        const Order& order = nodes_[slot].order;
        lots += order.lots;
        if (order.side != side || order.price != price || order.lots.value <= 0 ||
            order.borrow.value < 0 || order.borrow > order.lots || slot_of(order.id) != slot)
          out.push_back(good + ": order " + std::to_string(order.id.value) + " is damaged");
      }
      if (lots != queue.lots)
        out.push_back(good + ": level " + std::to_string(price.value) + " counts " +
                      std::to_string(queue.lots.value) + " lots, holds " +
                      std::to_string(lots.value));
    }
  if (seen != open_)
    out.push_back(good + ": " + std::to_string(open_) + " orders counted, " +
                  std::to_string(seen) + " found");
}

}  // namespace wood
