#include "serve/look.h"

namespace wood::serve {

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
    standing.name = being.name;
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

}  // namespace wood::serve
