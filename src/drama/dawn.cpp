// Dawn: what the season, the shocks and the makers bring; then the villagers trade.
#include <algorithm>
#include <array>

#include "core/check.h"
#include "core/rng.h"
#include "drama/world.h"
#include "pipeline/reply.h"

namespace wood {
namespace {

constexpr std::size_t kFillsBytes = 8'192;  // in an entry; more become a blob

std::size_t at(int index) { return static_cast<std::size_t>(index); }

// Lots a creature makes this turn: halved by a drought, doubled by a bumper harvest, held up by a
// closed road.
std::int64_t harvest(const World& world, const CreatureSpec& creature) {
  if (creature.makes < 0 || world.is_running("road", creature.makes)) return 0;
  std::int64_t lots = creature.makes_lots;
  if (world.is_running("drought", creature.makes)) lots /= 2;
  if (world.is_running("bumper", creature.makes)) lots *= 2;
  return lots;
}

void produce(World& world, Json& produced) {
  for (Being& being : world.beings) {
    if (being.creature < 0 || being.exiled) continue;
    const CreatureSpec& creature = world.scenario.creatures[at(being.creature)];
    const std::int64_t lots = harvest(world, creature);
    if (lots == 0) continue;
    CHECK(world.exchange.give({creature.makes}, account(SourceAccount::production), being.account,
                              {lots}) == Moved::done);
    produced[being.name].set(world.goods[at(creature.makes)], lots);
  }
}

void move_latent(World& world) {
  Json values = Json::object();
  for (int good = 0; good < static_cast<int>(world.goods.size()); ++good) {
    world.latent[at(good)] = step(world.process[at(good)], {.value = world.latent[at(good)],
                                                            .anchor = world.anchor[at(good)],
                                                            .seed = world.setup.seed,
                                                            .turn = world.turn,
                                                            .good = good});
    values.set(world.goods[at(good)],
               mul_div(world.latent[at(good)], world.scenario.tick_mp, 1'000, Round::half_even));
  }
  const std::string nonce = canary(world.setup.seed, world.turn);
  const FactPtr fact = world.facts.publish(
      world.sink, {.by = "world",
                   .from = {world.dawn},
                   .turn = world.turn,
                   .audience = {Audience::Kind::world, {}},
                   .kind = "latent",
                   .channel = "latent",
                   .keep = 1,
                   .data = Json::object({{"canary", nonce}, {"values_mp", std::move(values)}})});
  world.firewall.plant(nonce, fact->audience, fact->entry);
}

// At most one shock is drawn a dawn.
void draw_shock(World& world) {
  const Shocks& shocks = world.scenario.shocks;
  if (shocks.kinds.empty()) return;
  const Chance chance(world.setup.seed, "shock", world.turn, 0);
  if (!chance.ppm(shocks.chance_ppm, 0)) return;
  const std::string& kind = shocks.kinds[static_cast<std::size_t>(
      chance.below(static_cast<std::int64_t>(shocks.kinds.size()), 1))];
  const auto good = chance.below(static_cast<std::int64_t>(world.goods.size()), 2);
  perform(world, "world",
          Json::object({{"act", "shock"},
                        {"good", world.goods[static_cast<std::size_t>(good)]},
                        {"kind", kind},
                        {"turns", shocks.turns}}),
          {world.dawn});
}

GoodId good_of(const MarketEvent& event) {
  return std::visit(
      [](const auto& e) -> GoodId {
        if constexpr (requires { e.good; }) return e.good;
        else return GoodId{};
      },
      event);
}

void villagers_of(World& world, int good, const MarketEvents& events) {
  Json list = Json::array();
  std::int64_t sent = 0;
  for (const MarketEvent& event : events) {
    sent += std::holds_alternative<OrderRested>(event) || std::holds_alternative<Trade>(event);
    list.push(json(event, world.exchange));
  }
  const std::string text = list.dump();
  const Seq command = world.command(
      "villagers", {world.dawn},
      Json::object({{"act", "villagers"},
                    {"blob", Json::object({{"bytes", static_cast<std::int64_t>(text.size())},
                                           {"sha256", world.sink.blob(text)}})},
                    {"good", world.goods[at(good)]},
                    {"orders", sent},
                    {"who", "villagers"}}));
  Digested done = digest(world, events, command, -1);
  std::int64_t lots = 0;
  Money value;
  Json fills = Json::array();  // of beings' open orders
  for (const SeenTrade& trade : done.trades) {
    lots += trade.lots.value;
    value += world.exchange.value({good}, trade.price, trade.lots);
    for (const bool bought : {true, false})
      if (const int who = bought ? trade.buyer : trade.seller; who >= 0)
        fills.push(Json::object({{"lots", trade.lots.value},
                                 {"price", trade.price.value},
                                 {"side", bought ? "buy" : "sell"},
                                 {"who", world.beings[at(who)].name}}));
  }
  std::vector<Seq> from = done.makers;
  from.push_back(command);
  const Seq event =
      world.event("villagers", std::move(from),
                  Json::object({{"fills", value_in(world.sink, fills, kFillsBytes)},
                                {"good", world.goods[at(good)]},
                                {"lots", lots},
                                {"orders", sent},
                                {"trades", static_cast<std::int64_t>(done.trades.size())},
                                {"value_mp", value.value}}),
                  "exchange");
  note(world, done, event);
  world.touched[at(good)].push_back(event);
}

}  // namespace

void break_dawn(World& world) {
  std::erase_if(world.running, [&](const Running& running) {
    if (running.until >= world.turn) return false;
    // What a legend or a shock had moved comes back when it is over.
    if (running.good >= 0)
      world.anchor[at(running.good)] =
          world.scenario.goods[at(running.good)].opening.value / world.scenario.tick_mp * 1'000;
    return true;
  });
  Json produced = Json::object();
  produce(world, produced);
  world.dawn = world.event(
      "dawn", {world.last_turn},
      Json::object(
          {{"burn", world.burn()}, {"produced", std::move(produced)}, {"season", world.season()}}));
  for (Being& being : world.beings) {
    if (being.exiled || being.frozen_until == 0 || being.frozen_until >= world.turn) continue;
    world.exchange.thaw(being.account);
    being.frozen_until = 0;
  }
  move_latent(world);
  draw_shock(world);
}

void run_villagers(World& world) {
  MarketEvents events;
  world.villagers.trade(world.exchange, world.setup.seed, world.latent, events);
  std::vector<MarketEvents> by_good(world.goods.size());
  MarketEvents others;
  for (MarketEvent& event : events) {
    const GoodId good = good_of(event);
    (good.some() ? by_good[static_cast<std::size_t>(good.value)] : others)
        .push_back(std::move(event));
  }
  for (std::size_t good = 0; good < by_good.size(); ++good)
    if (!by_good[good].empty()) villagers_of(world, static_cast<int>(good), by_good[good]);
  record_market(world, others, world.dawn, "market");
}

}  // namespace wood
