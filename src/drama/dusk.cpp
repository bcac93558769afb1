// Dusk: everybody eats and burns, what spoils spoils, deals fall due, the exchange closes, the
// magistrate looks back, and the turn is written down.
#include <algorithm>

#include "core/check.h"
#include "drama/world.h"

namespace wood {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

struct Supper {  // what the dusk entry says
  Json ate = Json::object(), hungry = Json::object(), cold = Json::object(),
       spoiled = Json::object();
  std::int64_t burnt = 0;
  MarketEvents events;
};

// Foods a being would eat now, the ones that spoil soonest first, then the fullest store.
std::vector<int> menu(const World& world, AccountId account) {
  std::vector<int> foods;
  const auto held = [&](int good) {
    return world.exchange.accounts().stock(account, {good}).held.value;
  };
  for (int good = 0; good < static_cast<int>(world.goods.size()); ++good)
    if (world.scenario.goods[at(good)].food && held(good) > 0) foods.push_back(good);
  std::stable_sort(foods.begin(), foods.end(), [&](int a, int b) {
    const std::int64_t spoil_a = world.scenario.goods[at(a)].spoil_ppm;
    const std::int64_t spoil_b = world.scenario.goods[at(b)].spoil_ppm;
    return spoil_a != spoil_b ? spoil_a > spoil_b : held(a) > held(b);
  });
  return foods;
}

void eat_and_burn(World& world, Being& being, Supper& supper) {
  const Scarcity& scarcity = world.scenario.scarcity;
  std::int64_t eaten = 0;
  for (const int good : menu(world, being.account)) {
    if (eaten == scarcity.meal_kinds) break;
    eaten +=
        world.exchange
            .take_goods({good}, being.account, account(SourceAccount::meal), {1}, supper.events)
            .value;
  }
  const std::int64_t hungry = scarcity.meal_kinds - eaten;
  const std::int64_t need = world.burn();
  const std::int64_t burnt =
      need == 0 ? 0
                : world.exchange
                      .take_goods({world.scenario.fuel}, being.account,
                                  account(SourceAccount::burn), {need}, supper.events)
                      .value;
  supper.burnt += burnt;
  if (eaten > 0) supper.ate.set(being.name, eaten);
  if (hungry > 0) supper.hungry.set(being.name, hungry);
  if (need > burnt) supper.cold.set(being.name, need - burnt);
  const std::int64_t pull = mul_div(scarcity.mood_mean - being.mood, scarcity.mood_reversion_ppm,
                                    1'000'000, Round::half_even);
  being.mood = std::clamp<std::int64_t>(
      being.mood + pull + hungry * scarcity.hunger_mood + (need - burnt) * scarcity.cold_mood, 0,
      100);
  if (hungry > 0) being.memory.remember("I went hungry");
  if (need > burnt) being.memory.remember("my hearth was cold");
}

void spoil(World& world, Supper& supper) {
  for (int good = 0; good < static_cast<int>(world.goods.size()); ++good) {
    const std::int64_t ppm = world.scenario.goods[at(good)].spoil_ppm;
    if (ppm == 0) continue;
    std::int64_t sum = 0;
    for (const Being& being : world.beings) {
      const Lots held = world.exchange.accounts().stock(being.account, {good}).held;
      const Lots gone{mul_div(held.value, ppm, 1'000'000, Round::down)};
      if (gone.value > 0)
        sum += world.exchange
                   .take_goods({good}, being.account, account(SourceAccount::spoilage), gone,
                               supper.events)
                   .value;
    }
    if (sum > 0) supper.spoiled.set(world.goods[at(good)], sum);
  }
}

DuskView dusk_view(const World& world) {
  DuskView view;
  view.tick_mp = world.scenario.tick_mp;
  for (int good = 0; good < static_cast<int>(world.goods.size()); ++good) {
    view.marks.push_back(world.exchange.mark({good}).value);
    view.stock.push_back(world.exchange.accounts().circulating({good}).value);
  }
  for (const Being& being : world.beings) {
    auto& held = view.held.emplace_back();
    for (int good = 0; good < static_cast<int>(world.goods.size()); ++good)
      held.push_back(world.exchange.accounts().stock(being.account, {good}).net().value);
  }
  return view;
}

void apply(World& world, const Sentence& sentence, Seq verdict) {
  Being& being = world.beings[at(sentence.who)];
  MarketEvents events;
  Json body = Json::object({{"who", being.name}});
  being.memory.remember("the magistrate: " + std::string(name(sentence.kind)));
  if (sentence.kind == Sentence::Kind::fine) {
    const Money cash = world.exchange.accounts().at(being.account).purse.cash;
    const Money fine{mul_div(std::max<std::int64_t>(0, cash.value),
                             world.scenario.magistrate.fine_ppm, 1'000'000, Round::down)};
    body.set(
        "amount_mp",
        world.exchange.take_money(being.account, account(SourceAccount::fine), fine, events).value);
  } else if (sentence.kind == Sentence::Kind::freeze) {
    being.frozen_until = world.turn + world.scenario.magistrate.freeze_turns;
    world.exchange.freeze(being.account, events);
    body.set("until", being.frozen_until);
  } else if (sentence.kind == Sentence::Kind::exile) {
    being.exiled = true;
    world.exchange.exile(being.account, events);
  }
  const Seq event = world.event(name(sentence.kind), {verdict}, std::move(body), "magistrate");
  being.touched.push_back(event);
  record_market(world, events, event, "market");
  if (sentence.kind != Sentence::Kind::fine)
    publish_news(world,
                 "The magistrate: " + std::string(name(sentence.kind)) + " of " + being.name +
                     " for " + sentence.reason + ".",
                 -1, "", event);
}

void judge(World& world) {
  const Magistrate::Findings findings = world.magistrate.dusk(world.turn, dusk_view(world));
  for (const Charge& charge : findings.charges) {
    const Seq event = world.event("charge", charge.evidence,
                                  Json::object({{"heat", charge.heat},
                                                {"rule", charge.rule},
                                                {"who", world.beings[at(charge.who)].name}}),
                                  "magistrate");
    world.beings[at(charge.who)].touched.push_back(event);
  }
  for (const Sentence& sentence : findings.sentences) {
    const Seq verdict =
        world.sink.append({EntryKind::verdict, "magistrate", sentence.evidence, world.turn,
                           Json::object({{"heat", sentence.heat},
                                         {"reason", sentence.reason},
                                         {"sentence", name(sentence.kind)},
                                         {"who", world.beings[at(sentence.who)].name}})});
    apply(world, sentence, verdict);
  }
}

Json marks_json(const World& world) {
  Json marks = Json::object();
  for (int good = 0; good < static_cast<int>(world.goods.size()); ++good)
    marks.set(world.goods[at(good)], world.exchange.mark({good}).value);
  return marks;
}

Seq write_dusk(World& world, Supper supper) {
  Json volume = Json::object();
  for (int good = 0; good < static_cast<int>(world.goods.size()); ++good)
    volume.set(world.goods[at(good)], world.exchange.yesterday({good}).volume.value);
  return world.event("dusk", {world.dawn},
                     Json::object({{"ate", std::move(supper.ate)},
                                   {"burnt", supper.burnt},
                                   {"cold", std::move(supper.cold)},
                                   {"hungry", std::move(supper.hungry)},
                                   {"marks", marks_json(world)},
                                   {"spoiled", std::move(supper.spoiled)},
                                   {"volume", std::move(volume)}}));
}

// Sums over every account but the sources: what there is, to be compared with what was made and
// used.
Json goods_json(const World& world) {
  Json goods = Json::object();
  for (int good = 0; good < static_cast<int>(world.goods.size()); ++good)
    goods.set(world.goods[at(good)], world.exchange.accounts().circulating({good}).value);
  return goods;
}

void write_turn(World& world, Seq dusk) {
  Json worth = Json::object();
  Json mood = Json::object();
  Json heat = Json::object();
  Json pnl = Json::object();
  Money money;
  for (std::int64_t id = 0; id < world.exchange.accounts().size(); ++id)
    if (!world.exchange.accounts().at({id}).source)
      money += world.exchange.accounts().at({id}).purse.cash;
  // Thousands of creatures would not fit an entry: then only the sums stand here, and the state
  // hash.
  const bool few = world.beings.size() <= 200;
  for (int being = 0; few && being < static_cast<int>(world.beings.size()); ++being) {
    const Being& b = world.beings[at(being)];
    const Money now = world.worth(being);
    worth.set(b.name, now.value);
    pnl.set(b.name, (now - b.start).value);
    heat.set(b.name, world.magistrate.heat(being));
    if (b.creature >= 0) mood.set(b.name, b.mood);
  }
  const Firewall::Counts& seen = world.firewall.counts();
  const Counts& c = world.counts;
  Json counts = Json::object({{"disclosures", seen.disclosures},
                              {"facts", seen.facts},
                              {"leaks", seen.leaks},
                              {"lots", c.lots},
                              {"orders", c.orders},
                              {"prompts", seen.prompts},
                              {"refused", c.refused},
                              {"trades", c.trades}});
  {
    Counts* const total = &world.total;
    total->orders += c.orders, total->refused += c.refused, total->trades += c.trades;
    total->lots += c.lots, total->prompts += c.prompts, total->answer_tokens += c.answer_tokens;
  }
  const std::string state = hex(world.state_hash());
  world.last_turn = world.sink.append({EntryKind::turn,
                                       "world",
                                       {world.last_turn, dusk},
                                       world.turn,
                                       Json::object({{"counts", std::move(counts)},
                                                     {"goods", goods_json(world)},
                                                     {"heat", std::move(heat)},
                                                     {"marks", marks_json(world)},
                                                     {"money_mp", money.value},
                                                     {"mood", std::move(mood)},
                                                     {"pnl_mp", std::move(pnl)},
                                                     {"state", state},
                                                     {"worth_mp", std::move(worth)}})});
}

}  // namespace

void fall_dusk(World& world) {
  Supper supper;
  if (world.scenario.scarcity.enabled)
    for (Being& being : world.beings)
      if (being.creature >= 0 && !being.exiled) eat_and_burn(world, being, supper);
  spoil(world, supper);
  record_market(world, supper.events, world.dawn, "market");
  world.bank.dusk(world);
  MarketEvents events;
  world.exchange.dusk(events);
  record_market(world, events, world.dawn, "close");
  judge(world);
  const Seq dusk = write_dusk(world, std::move(supper));
  if (world.turn % 5 == 0) world.firewall.forget_before(world.turn - 10, world.facts.texts());
  write_turn(world, dusk);
}

}  // namespace wood
