#include "drama/world.h"

#include <algorithm>

#include "core/check.h"
#include "market/portfolio.h"

namespace wood {
namespace {

constexpr std::int64_t kLatentUnit = 1'000;  // latent values are in thousandths of a tick

ExchangeSpec exchange_spec(const Scenario& scenario) {
  ExchangeSpec spec;
  const auto limits = limits_from(scenario.market);
  CHECK(limits);  // scenario checked by setup_from
  spec.limits = *limits;
  for (const GoodSpec& good : scenario.goods) {
    Instrument instrument;
    instrument.name = good.name;
    instrument.tick_mp = scenario.tick_mp;
    instrument.opening = {good.opening.value / scenario.tick_mp};
    instrument.price_max = {scenario.price_ticks_max};
    instrument.lots_max = {scenario.lots_max};
    spec.goods.push_back(std::move(instrument));
  }
  return spec;
}

VillagerConfig villager_config(const Scenario& scenario) {
  const auto config = villagers_from(scenario.villagers);
  CHECK(config);
  return *config;
}

// The patron's own purse must not share the name of the source account through which the operator
// brings money in.
std::string account_name(const std::string& being) {
  return being == "patron" ? "purse of the patron" : being;
}

}  // namespace

World::World(const Setup& s, Sink& out)
    : setup(s),
      scenario(s.scenario),
      sink(out),
      exchange(exchange_spec(s.scenario)),
      villagers(villager_config(s.scenario), exchange),
      magistrate(s.scenario.magistrate, static_cast<int>(s.scenario.creatures.size()) + 2),
      cast(s.cast) {
  for (const GoodSpec& good : scenario.goods) {
    goods.push_back(good.name);
    const auto params = process_from(good.process);
    CHECK(params);
    process.push_back(*params);
    latent.push_back(good.opening.value / scenario.tick_mp * kLatentUnit);
  }
  anchor = latent;
  touched.resize(goods.size());
  if (!setup.desk.is(Json::Kind::null)) {
    auto pipeline = Pipeline::from(setup.desk);
    CHECK(pipeline);
    desk = std::move(*pipeline);
  }
  const auto open = [&](const std::string& name, int creature, int makes, Money purse) {
    Being being;
    being.name = name;
    being.creature = creature;
    being.mood = scenario.scarcity.mood_start;
    being.account = exchange.open({account_name(name), GoodId{makes}});
    CHECK(exchange.pay(account(SourceAccount::endowment), being.account, purse) == Moved::done);
    by_account_.resize(static_cast<std::size_t>(being.account.value) + 1, -1);
    by_account_[static_cast<std::size_t>(being.account.value)] = static_cast<int>(beings.size());
    beings.push_back(std::move(being));
  };
  for (std::size_t c = 0; c < scenario.creatures.size(); ++c) {
    const CreatureSpec& creature = scenario.creatures[c];
    open(creature.name, static_cast<int>(c), creature.makes, creature.purse);
    for (std::size_t g = 0; g < goods.size(); ++g)
      CHECK(exchange.give({static_cast<std::int64_t>(g)}, account(SourceAccount::endowment),
                          beings.back().account, {creature.stores[g]}) == Moved::done);
  }
  open("treasury", -1, -1, scenario.treasury);
  open("patron", -1, -1, scenario.patron_purse);
  for (std::size_t b = 0; b < beings.size(); ++b) beings[b].start = worth(static_cast<int>(b));
}

int World::find(std::string_view name) const {
  for (std::size_t i = 0; i < beings.size(); ++i)
    if (beings[i].name == name) return static_cast<int>(i);
  return -1;
}

int World::being_of(AccountId id) const {
  const auto index = static_cast<std::size_t>(id.value);
  return id.some() && index < by_account_.size() ? by_account_[index] : -1;
}

std::string World::who(AccountId id) const {
  const int being = being_of(id);
  return being < 0 ? "villager" : beings[static_cast<std::size_t>(being)].name;
}

bool World::may_act(int being) const {
  const Being& b = beings[static_cast<std::size_t>(being)];
  return !b.exiled && b.frozen_until < turn;
}

bool World::is_running(std::string_view kind, int good) const {
  return std::any_of(running.begin(), running.end(), [&](const Running& r) {
    return r.kind == kind && (good < 0 || r.good < 0 || r.good == good);
  });
}

const std::string& World::season() const {
  const auto& names = scenario.seasons.names;
  return names[static_cast<std::size_t>((turn - 1) / scenario.seasons.turns) % names.size()];
}

std::int64_t World::burn() const {
  if (!scenario.scarcity.enabled || scenario.fuel < 0 || turn < 1) return 0;
  const auto& burns = scenario.seasons.burn;
  std::int64_t lots =
      burns[static_cast<std::size_t>((turn - 1) / scenario.seasons.turns) % burns.size()];
  if (is_running("early_winter"))
    lots = std::max(lots, *std::max_element(burns.begin(), burns.end()));
  return lots;
}

Money World::worth(int being) const {
  Money sum = portfolio(exchange, beings[static_cast<std::size_t>(being)].account).worth;
  for (std::size_t g = 0; g < goods.size(); ++g)
    sum += exchange.value({static_cast<std::int64_t>(g)},
                          exchange.mark({static_cast<std::int64_t>(g)}),
                          bank.pledged(being, static_cast<int>(g)));
  return sum + bank.claims(being) - bank.debts(being);
}

Seq World::event(std::string_view what, std::vector<Seq> from, Json body, std::string_view by) {
  body.set("what", what);
  return sink.append({EntryKind::event, std::string(by), std::move(from), turn, std::move(body)});
}

Seq World::command(std::string_view by, std::vector<Seq> from, Json body) {
  return sink.append({EntryKind::command, std::string(by), std::move(from), turn, std::move(body)});
}

Bytes World::state() const {
  Bytes out = "turn " + std::to_string(turn) + (stop ? " stop" : "") + "\n";
  const auto put = [&](std::int64_t value) { out += std::to_string(value) + " "; };
  exchange.state(out);
  out += '\n';
  for (std::size_t g = 0; g < goods.size(); ++g) {
    out += json(process[g]).dump() + " ";
    put(latent[g]), put(anchor[g]);
    out += '\n';
  }
  for (const Being& b : beings) {
    out += Json(b.name).dump() + " ";
    put(b.account.value), put(b.creature), put(b.mood), put(b.start.value), put(b.frozen_until),
        put(b.exiled);
    for (const Seq seq : b.touched) put(seq.value);
    out += b.memory.json().dump() + "\n";
  }
  for (const Running& r : running) {
    out += Json(r.kind).dump() + " ";
    put(r.good), put(r.until);
    out += '\n';
  }
  out += "desk " + desk_memory.json().dump() + "\n";
  for (const auto& [step, mind] : desk_swaps) out += Json(step).dump() + Json(mind).dump() + "\n";
  for (const auto& [creature, mind] : cast) out += Json(creature).dump() + Json(mind).dump() + "\n";
  for (const auto& [id, order] : orders) {
    put(id), put(order.who), put(order.command.value), put(order.lots.value),
        put(order.filled.value);
    out += '\n';
  }
  put(tips), put(genesis.value), put(last_turn.value), put(dawn.value);
  for (const auto& list : touched) {
    for (const Seq seq : list) put(seq.value);
    out += "; ";
  }
  for (const Counts& c : {counts, total})
    for (const std::int64_t n : {c.orders, c.refused, c.trades, c.lots, c.prompts, c.answer_tokens})
      put(n);
  out += '\n';
  bank.state(out);
  facts.state(out);
  firewall.state(out);
  magistrate.state(out);
  return out;
}

std::vector<std::string> World::invariants() const {
  std::vector<std::string> faults = exchange.invariants();
  for (const auto& [id, order] : orders)
    if (exchange.order({id}) == nullptr)
      faults.push_back("order " + std::to_string(id) + " is listed but not open");
  for (std::size_t b = 0; b < beings.size(); ++b) {
    if (may_act(static_cast<int>(b))) continue;
    for (const auto& [id, order] : orders)
      if (order.who == static_cast<int>(b))
        faults.push_back(beings[b].name + " may not act and has order " + std::to_string(id));
  }
  for (std::size_t g = 0; g < goods.size(); ++g) {
    Lots pledged;
    for (std::size_t b = 0; b < beings.size(); ++b)
      pledged += bank.pledged(static_cast<int>(b), static_cast<int>(g));
    const Lots held = exchange.accounts()
                          .stock(account(SourceAccount::escrow), {static_cast<std::int64_t>(g)})
                          .held;
    if (held != pledged)
      faults.push_back("escrow holds " + std::to_string(held.value) + " " + goods[g] +
                       ", deals say " + std::to_string(pledged.value));
  }
  return faults;
}

}  // namespace wood
