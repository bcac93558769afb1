// From state to facts, and from facts to a view: what may be known, and by whom.
#include <algorithm>
#include <array>

#include "core/check.h"
#include "core/rng.h"
#include "drama/world.h"
#include "market/portfolio.h"

namespace wood {
namespace {

constexpr std::size_t kCausesMax = 2'000;  // so that an entry's `from` stays inside the entry limit

std::size_t at(int index) { return static_cast<std::size_t>(index); }

// The causes gathered so far, newest kept, or `otherwise` if there are none; leaves none behind.
std::vector<Seq> causes(std::vector<Seq>& touched, Seq otherwise) {
  std::vector<Seq> out = std::move(touched);
  touched.clear();
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.size() > kCausesMax) out.erase(out.begin(), out.end() - kCausesMax);
  if (out.empty()) out.push_back(otherwise);
  return out;
}

// The canary in a being's private facts: whoever else's prompt holds it was shown one of them.
std::string nonce_of(const World& world, int being) { return canary(world.setup.seed, -1 - being); }

Audience only(const std::string& name) { return {Audience::Kind::named, {name}}; }

}  // namespace

Json rules_data(const World& world, std::int64_t round) {
  const MarketLimits& limits = world.exchange.limits();
  Json goods = Json::array();
  for (const GoodSpec& good : world.scenario.goods)
    goods.push(
        Json::object({{"food", good.food}, {"good", good.name}, {"spoil_ppm", good.spoil_ppm}}));
  Json creatures = Json::array();
  // A crowd is not listed by name: a reader knows those he has dealt with, from his memory.
  if (world.scenario.creatures.size() <= 12)
    for (const CreatureSpec& creature : world.scenario.creatures) creatures.push(creature.name);
  return Json::object(
      {{"burn", world.burn()},
       {"collar_bps", limits.collar_bps},
       {"creatures", std::move(creatures)},
       {"fee_bps", limits.fee_bps},
       {"goods", std::move(goods)},
       {"lots_max", std::min(limits.order_lots_max, world.scenario.lots_max)},
       {"meal_kinds", world.scenario.scarcity.enabled ? world.scenario.scarcity.meal_kinds : 0},
       {"round", round},
       {"rounds", world.scenario.rounds},
       {"season", world.season()},
       {"tick_mp", world.scenario.tick_mp},
       {"turn", world.turn},
       {"turns", world.setup.turns}});
}

Json market_data(const World& world, int index) {
  const GoodId good{index};
  const Book& book = world.exchange.book(good);
  const Ticks bid = book.best_bid();
  const Ticks ask = book.best_ask();
  const DayStats& day = world.exchange.today(good);
  Json marks = Json::array();
  for (const Ticks mark : world.exchange.marks(good)) marks.push(mark.value);
  return Json::object({{"ask", ask.value},
                       {"ask_lots", ask.value > 0 ? book.lots_at(ask).value : 0},
                       {"bid", bid.value},
                       {"bid_lots", bid.value > 0 ? book.lots_at(bid).value : 0},
                       {"borrow_bps", world.exchange.limits().borrow_fee_bps},
                       {"good", world.goods[at(index)]},
                       {"halted", world.exchange.halted(good)},
                       {"last", day.last.value},
                       {"mark", world.exchange.mark(good).value},
                       {"marks", std::move(marks)},
                       {"volume", day.volume.value}});
}

namespace {

// What a creature is inclined to in a round: a draw that everybody who plays it is shown, so that
// the same view asks the same of a rule and of a model. {} for the most part.
struct Whims {
  const char* kind;
  std::int64_t ppm;         // of the rounds
  std::int64_t gossip_ppm;  // of a gossip's
};
constexpr std::array<Whims, 5> kWhims = {{{"talk", 120'000, 260'000},
                                          {"deal", 100'000, 100'000},
                                          {"yield", 220'000, 200'000},
                                          {"tidy", 60'000, 60'000},
                                          {"look", 60'000, 40'000}}};
constexpr std::int64_t kAllPpm = 650'000;  // how often talk is meant for all

Json whim_data(const World& world, int being, std::int64_t round) {
  const Being& b = world.beings[at(being)];
  if (b.creature < 0 || round < 1) return Json::object();
  const bool gossip = world.scenario.creatures[at(b.creature)].temper == "gossips";
  const Chance chance(world.setup.seed, "whim." + b.name, world.turn, round);
  std::int64_t draw = chance.below(1'000'000, 0);
  const Whims* found = nullptr;
  for (const Whims& whim : kWhims) {
    draw -= gossip ? whim.gossip_ppm : whim.ppm;
    if (draw >= 0) continue;
    found = &whim;
    break;
  }
  if (found == nullptr) return Json::object();
  Json out = Json::object({{"kind", found->kind}});
  const std::string kind = found->kind;
  if (kind != "talk" && kind != "deal") return out;
  const auto below = [&](std::size_t bound, std::uint32_t n) {
    return static_cast<std::size_t>(chance.below(static_cast<std::int64_t>(bound), n));
  };
  const std::size_t others = world.scenario.creatures.size() - 1;
  const bool to_all = kind == "talk" && (others == 0 || chance.ppm(kAllPpm, 1));
  if (!to_all && others == 0) return Json::object();
  std::size_t other = to_all ? 0 : below(others, 2);
  if (static_cast<int>(other) >= b.creature) ++other;
  out.set("to", to_all ? "all" : world.scenario.creatures[other].name);
  if (kind == "talk") out.set("good", world.goods[below(world.goods.size(), 3)]);
  return out;
}

}  // namespace

Json self_data(const World& world, int being, std::int64_t round) {
  const Being& b = world.beings[at(being)];
  const Portfolio own = portfolio(world.exchange, b.account);
  Json stores = Json::object();
  Json shorts = Json::object();
  Json cost = Json::object();
  for (const Position& position : own.positions) {
    const std::string& good = world.goods[at(static_cast<int>(position.good.value))];
    if (position.held.value > 0) stores.set(good, position.held.value);
    if (position.borrowed.value > 0) shorts.set(good, position.borrowed.value);
    if (position.average.value > 0) cost.set(good, position.average.value);
  }
  Json orders = Json::array();
  std::int64_t count = 0;
  for (int good = 0; good < static_cast<int>(world.goods.size()); ++good)
    for (const Order& order : world.exchange.book({good}).own(b.account))
      orders.push(Json::object({{"good", world.goods[at(good)]},
                                {"id", order.id.value},
                                {"lots", order.lots.value},
                                {"order", ++count},
                                {"price", order.price.value},
                                {"side", order.side == Side::bid ? "buy" : "sell"}}));
  const std::int64_t used = world.exchange.accounts().at(b.account).messages;
  const Money worth = world.worth(being);
  return Json::object(
      {{"canary", nonce_of(world, being)},
       {"cost", std::move(cost)},
       {"free_mp", own.free.value},
       {"frozen", !world.may_act(being)},
       {"heat", world.magistrate.heat(being)},
       {"messages_left", std::max<std::int64_t>(0, world.exchange.limits().messages_max - used)},
       {"mood", b.mood},
       {"orders", std::move(orders)},
       {"pnl_mp", (worth - b.start).value},
       {"purse_mp", own.cash.value},
       {"short", std::move(shorts)},
       {"stores", std::move(stores)},
       {"whim", whim_data(world, being, round)},
       {"worth_mp", worth.value}});
}

void publish_market(World& world, std::int64_t round) {
  world.facts.publish(world.sink, {.by = "world",
                                   .from = {world.dawn},
                                   .turn = world.turn,
                                   .audience = {},
                                   .kind = "rules",
                                   .channel = "rules",
                                   .keep = 1,
                                   .data = rules_data(world, round)});
  for (int good = 0; good < static_cast<int>(world.goods.size()); ++good)
    world.facts.publish(world.sink, {.by = "exchange",
                                     .from = causes(world.touched[at(good)], world.dawn),
                                     .turn = world.turn,
                                     .audience = {},
                                     .kind = "market",
                                     .channel = "market/" + world.goods[at(good)],
                                     .keep = 1,
                                     .data = market_data(world, good)});
}

void publish_persona(World& world, int being) {
  const Being& b = world.beings[at(being)];
  if (b.creature < 0) return;
  const CreatureSpec& c = world.scenario.creatures[at(b.creature)];
  const FactPtr fact = world.facts.publish(
      world.sink, {.by = "world",
                   .from = {world.genesis},
                   .turn = world.turn,
                   .audience = only(b.name),
                   .kind = "persona",
                   .channel = "persona/" + b.name,
                   .keep = 1,
                   .data = Json::object({{"animal", c.animal},
                                         {"canary", nonce_of(world, being)},
                                         {"makes", c.makes < 0 ? "" : world.goods[at(c.makes)]},
                                         {"makes_lots", c.makes_lots},
                                         {"name", c.name},
                                         {"role", c.role},
                                         {"temper", c.temper}})});
  world.firewall.plant(nonce_of(world, being), fact->audience, fact->entry);
}

void publish_self(World& world, int being, std::int64_t round) {
  Being& b = world.beings[at(being)];
  const std::vector<Seq> from = causes(b.touched, world.dawn);
  world.facts.publish(world.sink, {.by = "world",
                                   .from = from,
                                   .turn = world.turn,
                                   .audience = only(b.name),
                                   .kind = b.creature < 0 ? "treasury" : "self",
                                   .channel = "self/" + b.name,
                                   .keep = 1,
                                   .data = self_data(world, being, round)});
  if (b.creature < 0) return;
  Json memory = b.memory.json();
  Json owes = Json::object();
  Json owed = Json::object();
  for (const Deal* deal : world.bank.of(being)) {
    const int other = deal->from == being ? deal->to : deal->from;
    const std::string& name = world.beings[at(other)].name;
    if (const Money sum = world.bank.owes(being, other); sum.value > 0) owes.set(name, sum.value);
    if (const Money sum = world.bank.owes(other, being); sum.value > 0) owed.set(name, sum.value);
  }
  memory.set("owes", std::move(owes));
  memory.set("owed", std::move(owed));
  world.facts.publish(world.sink, {.by = "world",
                                   .from = from,
                                   .turn = world.turn,
                                   .audience = only(b.name),
                                   .kind = "memory",
                                   .channel = "memory/" + b.name,
                                   .keep = 1,
                                   .data = std::move(memory)});
}

void publish_deal(World& world, const Deal& deal) {
  const std::string& from = world.beings[at(deal.from)].name;
  const std::string& to = world.beings[at(deal.to)].name;
  const std::string channel = "deal/" + from + "/" + std::to_string(deal.id);
  const Audience both{Audience::Kind::named, {std::min(from, to), std::max(from, to)}};
  if (deal.state != DealState::offered && deal.state != DealState::active) {
    world.facts.retire(channel, both.names);
    return;
  }
  world.facts.publish(world.sink,
                      {.by = "world",
                       .from = {deal.entry},
                       .turn = world.turn,
                       .audience = both,
                       .kind = "deal",
                       .channel = channel,
                       .keep = 1,
                       .data = Json::object({{"deal", deal.id},
                                             {"due", deal.due},
                                             {"from", from},
                                             {"kind", kind_name(deal.terms)},
                                             {"state", name(deal.state)},
                                             {"terms", terms_json(deal.terms, world.goods)},
                                             {"to", to}})});
}

void publish_news(World& world, const std::string& text, int good, std::string_view direction,
                  Seq cause) {
  world.facts.publish(world.sink,
                      {.by = "world",
                       .from = {cause},
                       .turn = world.turn,
                       .audience = {},
                       .kind = "news",
                       .channel = "news",
                       .keep = 4,
                       .data = Json::object({{"direction", direction},
                                             {"good", good < 0 ? "" : world.goods[at(good)]},
                                             {"text", text},
                                             {"turn", world.turn}})});
}

View make_view(World& world, int being) {
  View view;
  view.reader = world.beings[at(being)].name;
  view.facts = world.facts.admitted(view.reader);
  std::vector<Seq> ids;
  Json list = Json::array();
  for (const FactPtr& fact : view.facts) {
    CHECK(fact->audience.admits(view.reader));
    ids.push_back(fact->entry);
    list.push(fact->entry.value);
  }
  view.entry =
      world.sink.append({EntryKind::view, view.reader, std::move(ids), world.turn,
                         Json::object({{"facts", std::move(list)}, {"reader", view.reader}})});
  world.firewall.shown(static_cast<std::int64_t>(view.facts.size()));
  return view;
}

}  // namespace wood
