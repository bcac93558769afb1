#include "market/villager.h"

#include <algorithm>

#include "core/fields.h"
#include "core/rng.h"

namespace wood {
namespace {

// A villager's look at one good.
struct Look {
  const Exchange& exchange;
  AccountId account;
  GoodId good;
  Chance chance;
  std::int64_t latent = 0;  // thousandths of a tick
};

Ticks inside(const Look& look, std::int64_t price) {
  const Band band = look.exchange.collar(look.good);
  return {std::clamp(price, band.low.value, band.high.value)};
}

// thousandths of a tick × (10,000 + points) / 10,000, in ticks.
std::int64_t priced(std::int64_t latent, std::int64_t points, Round round) {
  return mul_div(latent, 10'000 + points, 10'000'000, round);
}

// One order if the villager can pay or deliver at least one lot; lots are cut to what it can.
void send(const Look& look, Side side, OrderKind kind, Ticks price, std::int64_t lots,
          std::vector<NewOrder>& out) {
  const Purse& purse = look.exchange.accounts().at(look.account).purse;
  const Stock& stock = look.exchange.accounts().stock(look.account, look.good);
  if (side == Side::ask) {
    lots = std::min(lots, stock.held.value);
  } else {
    const Money lot = look.exchange.value(look.good, price, {1});
    const Money cost = lot + look.exchange.fee(lot);
    lots = std::min(lots, purse.cash.value / cost.value);
  }
  if (lots < 1) return;
  out.push_back({look.account, look.good, side, kind, price, {lots}, false});
}

void quote(const Look& look, const VillagerConfig& config, std::vector<NewOrder>& out) {
  // A maker long of the good shades both quotes down, a short one up: half a spread at the extreme.
  const std::int64_t held =
      look.exchange.accounts().stock(look.account, look.good).held.value;
  const std::int64_t even = std::max<std::int64_t>(config.stores_lots, 1);
  const std::int64_t half = config.spread_bps / 2;
  const std::int64_t lean = std::clamp((even - held) * half / even, -half, half);
  const std::int64_t jitter = look.chance.between(0, half / 2, 0);
  const Ticks bid = inside(look, priced(look.latent, lean - half - jitter, Round::down));
  Ticks ask = inside(look, priced(look.latent, lean + half + jitter, Round::up));
  if (ask <= bid) ask = bid + Ticks{1};
  const std::int64_t lots = look.chance.between(1, config.lots_max, 1);
  send(look, Side::bid, OrderKind::limit, bid, lots, out);
  send(look, Side::ask, OrderKind::limit, ask, lots, out);
}

void value_trade(const Look& look, const VillagerConfig& config, std::vector<NewOrder>& out) {
  const std::int64_t stray = look.chance.between(-config.misjudge_ppm, config.misjudge_ppm, 1);
  const std::int64_t mine = mul_div(look.latent, 1'000'000 + stray, 1'000'000, Round::half_even);
  const std::int64_t mark = look.exchange.mark(look.good).value * 1'000;
  const std::int64_t lots = look.chance.between(1, config.lots_max, 2);
  const Side side = mine > mark ? Side::bid : Side::ask;
  const Ticks price = inside(look, side == Side::bid ? mine / 1'000 : (mine + 999) / 1'000);
  send(look, side, OrderKind::limit, price, lots, out);
}

void follow(const Look& look, const VillagerConfig& config, std::vector<NewOrder>& out) {
  const auto& marks = look.exchange.marks(look.good);
  const auto back = static_cast<std::size_t>(look.chance.between(1, 4, 1));
  if (marks.size() <= back) return;
  const Ticks then = marks[marks.size() - 1 - back], now = marks.back();
  if (then == now) return;
  const Side side = now > then ? Side::bid : Side::ask;
  const std::int64_t reach = now.value / 50 + 1;  // pays up to 2 % to get in
  const Ticks price = inside(look, now.value + (side == Side::bid ? reach : -reach));
  send(look, side, OrderKind::ioc, price, look.chance.between(1, config.lots_max, 2), out);
}

void stumble(const Look& look, const VillagerConfig& config, std::vector<NewOrder>& out) {
  const Side side = look.chance.ppm(500'000, 1) ? Side::bid : Side::ask;
  const std::int64_t mark = look.exchange.mark(look.good).value;
  const std::int64_t away = mark * look.chance.between(-300, 300, 2) / 10'000;
  const OrderKind kind = look.chance.ppm(300'000, 3) ? OrderKind::ioc : OrderKind::limit;
  send(look, side, kind, inside(look, mark + away), look.chance.between(1, config.lots_max, 4),
       out);
}

}  // namespace

const char* name(Villagers::Kind kind) {
  switch (kind) {
    case Villagers::Kind::maker: return "maker";
    case Villagers::Kind::value: return "value";
    case Villagers::Kind::momentum: return "momentum";
    case Villagers::Kind::noise: return "noise";
  }
  CHECK(false);
}

Result<VillagerConfig> villagers_from(const Json& villagers) {
  VillagerConfig config;
  const bool none = villagers.is(Json::Kind::null) ||
                    (villagers.is(Json::Kind::object) && villagers.members().empty());
  if (none) {
    config.makers = config.value = config.momentum = config.noise = 0;
    return config;
  }
  Fields fields(villagers, "villagers");
  const auto read = [&](const char* key, std::int64_t& value, std::int64_t low, std::int64_t high) {
    value = fields.integer(key, {low, high, value});
  };
  read("makers", config.makers, 0, 100'000);
  read("value", config.value, 0, 100'000);
  read("momentum", config.momentum, 0, 100'000);
  read("noise", config.noise, 0, 100'000);
  read("purse_mp", config.purse_mp, 0, 1'000'000'000'000);
  read("stores_lots", config.stores_lots, 0, 1'000'000);
  read("spread_bps", config.spread_bps, 2, 5'000);
  read("lots_max", config.lots_max, 1, 1'000);
  read("act_ppm", config.act_ppm, 0, 1'000'000);
  read("misjudge_ppm", config.misjudge_ppm, 0, 900'000);
  TRY_STATUS(fields.done());
  return config;
}

Villagers::Villagers(const VillagerConfig& config, Exchange& exchange) : config_(config) {
  const AccountId endowment = account(SourceAccount::endowment);
  for (std::int64_t i = 0; i < config.count(); ++i) {
    std::string number = std::to_string(i + 1);
    if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
    const AccountId id = exchange.open({"villager-" + number, {}});
    accounts_.push_back(id);
    CHECK(exchange.pay(endowment, id, {config.purse_mp}) == Moved::done);
    for (int good = 0; good < exchange.goods(); ++good)
      CHECK(exchange.give({good}, endowment, id, {config.stores_lots}) == Moved::done);
  }
}

Villagers::Kind Villagers::kind(std::int64_t index) const {
  if (index < config_.makers) return Kind::maker;
  if (index < config_.makers + config_.value) return Kind::value;
  if (index < config_.makers + config_.value + config_.momentum) return Kind::momentum;
  return Kind::noise;
}

void Villagers::orders(const Exchange& exchange, std::int64_t index, std::uint64_t seed,
                       std::span<const std::int64_t> latent, std::vector<NewOrder>& out) const {
  CHECK(static_cast<int>(latent.size()) == exchange.goods());
  const Kind what = kind(index);
  const Chance chance(seed, "villager.act", exchange.turn(), index);
  // Makers stay with one good each, so that every good has its own; the others choose.
  const std::int64_t good = what == Kind::maker ? index % exchange.goods()
                                                : chance.below(exchange.goods(), 0);
  const Look look{exchange, accounts_[static_cast<std::size_t>(index)], {good},
                  Chance(seed, "villager.order", exchange.turn(), index),
                  latent[static_cast<std::size_t>(good)]};
  if (what != Kind::maker && !chance.ppm(config_.act_ppm, 1)) return;
  switch (what) {
    case Kind::maker: quote(look, config_, out); break;
    case Kind::value: value_trade(look, config_, out); break;
    case Kind::momentum: follow(look, config_, out); break;
    case Kind::noise: stumble(look, config_, out); break;
  }
}

void Villagers::trade(Exchange& exchange, std::uint64_t seed, std::span<const std::int64_t> latent,
                      MarketEvents& events) const {
  const auto count = static_cast<int>(accounts_.size());
  // All old quotes leave before the first new one comes: nobody trades with yesterday's price.
  for (const AccountId account : accounts_) exchange.cancel_all(account, events);
  std::vector<NewOrder> out;
  const Chance order(seed, "villager.turn", exchange.turn(), 0);
  // Makers first, so that the takers of the morning find a market.
  std::vector<int> sequence = order.permutation(count);
  std::stable_partition(sequence.begin(), sequence.end(),
                        [&](int i) { return kind(i) == Kind::maker; });
  for (const int index : sequence) {
    out.clear();
    orders(exchange, index, seed, latent, out);
    for (const NewOrder& one : out) exchange.place(one, events);
  }
}

}  // namespace wood
