#include "serve/look.h"

#include <cstring>

namespace wood::serve {
namespace {

// Numbers of eight bytes, one behind the other; a list is its length and what is in it.
class Packed {
 public:
  void put(std::int64_t value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }
  template <class List, class Put>
  void list(const List& list, Put put_one) {
    put(static_cast<std::int64_t>(list.size()));
    for (const auto& item : list) put_one(item);
  }
  Bytes out_;
};

class Unpacked {
 public:
  explicit Unpacked(ByteView bytes) : bytes_(bytes) {}
  std::int64_t get() {
    std::int64_t value = 0;
    if (bytes_.size() < sizeof value) {
      good_ = false;
      return 0;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  template <class List, class Get>
  void list(List& list, Get get_one) {
    for (std::int64_t left = get(); left > 0 && good_; --left) list.push_back(get_one());
  }
  [[nodiscard]] bool whole() const { return good_ && bytes_.empty(); }

 private:
  ByteView bytes_;
  bool good_ = true;
};

}  // namespace

Look look_at(const World& world) {
  Look out;
  out.turn = world.turn;
  const int goods = world.exchange.goods();
  for (int good = 0; good < goods; ++good) {
    out.bids.push_back(world.exchange.book({good}).depth(Side::bid, kLevels));
    out.asks.push_back(world.exchange.book({good}).depth(Side::ask, kLevels));
  }
  if (world.beings.size() > kLookedAt) return out;
  for (const Being& being : world.beings) {
    Standing standing;
    const Purse& purse = world.exchange.accounts().at(being.account).purse;
    standing.purse_mp = purse.cash.value;
    standing.free_mp = purse.free().value;
    standing.frozen_until = being.frozen_until;
    standing.exiled = being.exiled;
    for (int good = 0; good < goods; ++good) {
      const Stock& stock = world.exchange.accounts().stock(being.account, {good});
      standing.stores.push_back(stock.held.value);
      standing.borrowed.push_back(stock.borrowed.value);
      for (const Order& order : world.exchange.book({good}).own(being.account))
        standing.orders.push_back({good, order.side, order.price.value, order.lots.value});
    }
    out.beings.push_back(std::move(standing));
  }
  return out;
}

Bytes pack(const Look& look) {
  Packed to;
  to.put(look.turn);
  for (const auto* side : {&look.bids, &look.asks})
    to.list(*side, [&](const std::vector<Level>& levels) {
      to.list(levels, [&](const Level& level) {
        to.put(level.price.value), to.put(level.lots.value), to.put(level.orders);
      });
    });
  to.list(look.beings, [&](const Standing& one) {
    to.put(one.purse_mp), to.put(one.free_mp), to.put(one.frozen_until), to.put(one.exiled);
    for (const auto* lots : {&one.stores, &one.borrowed})
      to.list(*lots, [&](std::int64_t n) { to.put(n); });
    to.list(one.orders, [&](const Standing::Resting& order) {
      to.put(order.good), to.put(order.side == Side::bid), to.put(order.price), to.put(order.lots);
    });
  });
  return std::move(to.out_);
}

std::optional<Look> unpack(ByteView bytes) {
  Unpacked from(bytes);
  Look out;
  out.turn = from.get();
  for (auto* side : {&out.bids, &out.asks})
    from.list(*side, [&] {
      std::vector<Level> levels;
      from.list(levels, [&] {
        Level level;
        level.price.value = from.get(), level.lots.value = from.get();
        level.orders = static_cast<decltype(level.orders)>(from.get());
        return level;
      });
      return levels;
    });
  from.list(out.beings, [&] {
    Standing one;
    one.purse_mp = from.get(), one.free_mp = from.get(), one.frozen_until = from.get();
    one.exiled = from.get() != 0;
    for (auto* lots : {&one.stores, &one.borrowed}) from.list(*lots, [&] { return from.get(); });
    from.list(one.orders, [&] {
      Standing::Resting order;
      order.good = static_cast<int>(from.get());
      order.side = from.get() != 0 ? Side::bid : Side::ask;
      order.price = from.get(), order.lots = from.get();
      return order;
    });
    return one;
  });
  return from.whole() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace wood::serve
