// Villagers: scripted background traders that keep the books alive. Four kinds: makers quote both
// sides of one good round its latent value; value traders buy under it and sell above; momentum
// traders follow the marks; noise traders do either. They know the latent value (world-only) and
// reveal it through their orders.
//
// Design note. With no villagers and no scarcity the market falls silent: five creatures that all
// produce have nothing they must buy. A scenario that wants trade needs one of the two.
//
// Stateless: an order is a function of (seed, turn, villager, exchange, latent values).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "market/exchange.h"

namespace wood {

struct VillagerConfig {
  std::int64_t makers = 10, value = 12, momentum = 8, noise = 10;
  std::int64_t purse_mp = 60'000;     // endowed to each
  std::int64_t stores_lots = 8;       // of each good, endowed to each
  std::int64_t spread_bps = 200;      // of makers, half on each side
  std::int64_t lots_max = 4;          // of one villager's order
  std::int64_t act_ppm = 500'000;     // chance that a villager who is no maker acts in a turn
  std::int64_t misjudge_ppm = 60'000; // how far a value trader's idea of the value strays
  [[nodiscard]] std::int64_t count() const { return makers + value + momentum + noise; }
};
// From a scenario's [villagers]: every member optional; null or {} gives no villagers.
Result<VillagerConfig> villagers_from(const Json& villagers);

class Villagers {
 public:
  // Opens an account for each ("villager-0001" …) and endows it.
  Villagers(const VillagerConfig& config, Exchange& exchange);

  // All of one turn: each villager's open orders are cancelled, then new ones are sent, in an order
  // drawn from (seed, turn). latent: by good, in thousandths of a tick (process.h).
  void trade(Exchange& exchange, std::uint64_t seed, std::span<const std::int64_t> latent,
             MarketEvents& events) const;
  // The orders villager `index` would send now; nothing is changed.
  void orders(const Exchange& exchange, std::int64_t index, std::uint64_t seed,
              std::span<const std::int64_t> latent, std::vector<NewOrder>& out) const;

  [[nodiscard]] const std::vector<AccountId>& accounts() const { return accounts_; }
  enum class Kind : std::uint8_t { maker, value, momentum, noise };
  [[nodiscard]] Kind kind(std::int64_t index) const;

 private:
  VillagerConfig config_;
  std::vector<AccountId> accounts_;
};

const char* name(Villagers::Kind kind);

}  // namespace wood
