// How a creature plays by rule: needs first, then what it makes, then its temper, then talk. Each idea
// is tried in order; the first that can be done now is done.
#include <algorithm>
#include <map>
#include <optional>

#include "core/rng.h"
#include "core/text.h"
#include "minds/scripted.h"

namespace wood {
namespace {

struct Good {
  std::string name;
  bool food = true;
  bool perishable = false;
  std::int64_t mark = 0, bid = 0, ask = 0, mean = 0, first = 0;
  std::int64_t have = 0, owed = 0, cost = 0;
  bool halted = false, bidding = false, asking = false;  // with an open order of mine
};

// The facts, taken apart once.
struct Table {
  const Ask& ask;
  Chance chance;
  std::string me, temper, makes;
  std::vector<Good> goods;
  std::vector<std::string> others;
  std::int64_t tick_mp = 10, free_mp = 0, burn = 0, meal_kinds = 0, round = 1, step = 1, turn = 1, lots_max = 1;
  std::int64_t messages_left = 0, fee_bps = 0, collar_bps = 3'000, worth_mp = 0;
  bool frozen = false;

  explicit Table(const Ask& a);
  [[nodiscard]] const Good* good(std::string_view name) const {
    for (const Good& g : goods)
      if (g.name == name) return &g;
    return nullptr;
  }
  [[nodiscard]] const Json* fact(const char* kind) const { return ask.facts.find(kind); }
  [[nodiscard]] std::int64_t trust(const std::string& other) const {
    const Json* memory = fact("memory");
    const Json* trust = memory != nullptr ? memory->find("trust") : nullptr;
    return trust != nullptr ? trust->int_or(other, 0) : 0;
  }
  [[nodiscard]] std::int64_t afford(std::int64_t price) const {
    const std::int64_t each = price * tick_mp * (10'000 + fee_bps) / 10'000 + 1;
    return each > 0 ? std::min(lots_max, free_mp / each) : 0;
  }
  // A price inside the collar.
  [[nodiscard]] std::int64_t inside(const Good& g, std::int64_t price) const {
    return std::clamp<std::int64_t>(price, std::max<std::int64_t>(1, g.mark - g.mark * collar_bps / 10'000 + 1),
                                    std::max<std::int64_t>(1, g.mark + g.mark * collar_bps / 10'000 - 1));
  }
  [[nodiscard]] std::string pick(std::initializer_list<const char*> words, std::uint32_t n) const {
    return *(words.begin() + chance.below(static_cast<std::int64_t>(words.size()), n));
  }
};

Table::Table(const Ask& a) : ask(a), chance(a.sampling.seed, "scripted", 0, 0) {
  static const Json none = Json::object();
  const auto object = [&](const char* kind) -> const Json& {
    const Json* f = ask.facts.find(kind);
    return f != nullptr && f->is(Json::Kind::object) ? *f : none;
  };
  const Json& persona = object("persona");
  const Json& rules = object("rules");
  const Json& self = object("self");
  me = persona.str_or("name", "");
  temper = persona.str_or("temper", "steady");
  makes = persona.str_or("makes", "");
  tick_mp = std::max<std::int64_t>(1, rules.int_or("tick_mp", 10));
  fee_bps = rules.int_or("fee_bps", 0);
  collar_bps = rules.int_or("collar_bps", 3'000);
  burn = rules.int_or("burn", 0);
  meal_kinds = rules.int_or("meal_kinds", 0);
  round = rules.int_or("round", 1);
  turn = rules.int_or("turn", 1);
  lots_max = std::max<std::int64_t>(1, std::min<std::int64_t>(12, rules.int_or("lots_max", 12)));
  step = ask.facts.int_or("step", 1);
  free_mp = self.int_or("free_mp", 0);
  worth_mp = self.int_or("worth_mp", 0);
  messages_left = self.int_or("messages_left", 0);
  frozen = self.bool_or("frozen", false);
  if (const Json* creatures = rules.find("creatures"))
    for (const Json& other : creatures->items())
      if (other.string() != me) others.push_back(other.string());
  if (const Json* market = fact("market"))
    for (const Json& m : market->items()) {
      Good g;
      g.name = m.str_or("good", "");
      g.mark = m.int_or("mark", 1);
      g.bid = m.int_or("bid", 0);
      g.ask = m.int_or("ask", 0);
      g.halted = m.bool_or("halted", false);
      std::int64_t sum = 0;
      if (const Json* marks = m.find("marks"); marks != nullptr && !marks->items().empty()) {
        for (const Json& mark : marks->items()) sum += mark.integer();
        g.first = marks->items().front().integer();
        g.mean = sum / static_cast<std::int64_t>(marks->items().size());
      } else {
        g.mean = g.first = g.mark;
      }
      if (const Json* stores = self.find("stores")) g.have = stores->int_or(g.name, 0);
      if (const Json* shorts = self.find("short")) g.owed = shorts->int_or(g.name, 0);
      if (const Json* costs = self.find("cost")) g.cost = costs->int_or(g.name, 0);
      goods.push_back(std::move(g));
    }
  if (const Json* list = rules.find("goods"))
    for (const Json& rule : list->items())
      for (Good& g : goods)
        if (g.name == rule.str_or("good", "")) {
          g.food = rule.bool_or("food", true);
          g.perishable = rule.int_or("spoil_ppm", 0) > 0;
        }
  if (const Json* orders = self.find("orders"))
    for (const Json& order : orders->items())
      for (Good& g : goods)
        if (g.name == order.str_or("good", "")) (order.str_or("side", "") == "buy" ? g.bidding : g.asking) = true;
}

using Idea = std::optional<Json>;

Json act(const std::string& reason, const char* what, std::initializer_list<Json::Member> fields) {
  Json out = Json::object(fields);
  out.set("reason", std::string(clip(reason, 118)));
  out.set("act", what);
  return out;
}

Idea buy(const Table& t, const Good& g, std::int64_t lots, std::int64_t price, const std::string& why) {
  price = t.inside(g, price);
  lots = std::min(lots, t.afford(price));
  if (lots < 1 || g.halted || g.bidding || g.name == t.makes || t.messages_left < 1) return {};
  return act(why, "buy", {{"good", g.name}, {"lots", lots}, {"price", price}});
}

Idea sell(const Table& t, const Good& g, std::int64_t lots, std::int64_t price, const std::string& why) {
  lots = std::min({lots, g.have, t.lots_max});
  if (lots < 1 || g.halted || g.asking || t.messages_left < 1) return {};
  return act(why, "sell", {{"good", g.name}, {"lots", lots}, {"price", t.inside(g, price)}});
}

// ---- ideas

// Orders that the market has left behind are taken back.
Idea tidy(const Table& t) {
  const Json* self = t.fact("self");
  const Json* orders = self != nullptr ? self->find("orders") : nullptr;
  if (orders == nullptr || t.round != 1) return {};
  for (const Json& order : orders->items()) {
    const Good* g = t.good(order.str_or("good", ""));
    if (g == nullptr) continue;
    const std::int64_t off = order.int_or("price", 0) - g->mark;
    const bool buying = order.str_or("side", "") == "buy";
    if ((buying && -off * 100 > g->mark * 8) || (!buying && off * 100 > g->mark * 12) || t.chance.ppm(60'000, 40))
      return act(t.pick({"my order in ", "the market has left my order in ", "nobody takes my order in "}, 41) + g->name +
                     t.pick({" is stale", " behind", ", I take it back"}, 42),
                 "cancel", {{"order", order.int_or("order", 0)}});
  }
  return {};
}

Idea answer_offers(const Table& t) {
  const Json* deals = t.fact("deal");
  if (deals == nullptr) return {};
  for (const Json& deal : deals->items()) {
    if (deal.str_or("state", "") != "offered" || deal.str_or("to", "") != t.me) continue;
    const std::string from = deal.str_or("from", "");
    const std::string kind = deal.str_or("kind", "");
    const Json* terms = deal.find("terms");
    bool fine = kind == "gift" || (kind == "alliance" && t.trust(from) >= 0 && t.temper != "distrusts");
    std::string why = kind == "gift" ? "a gift is a gift" : "an alliance with " + from + " can do no harm";
    if (kind == "loan" && terms != nullptr) {
      const bool poor = t.free_mp < 20'000;
      fine = poor ? terms->int_or("rate_bps", 0) <= 1'500 : terms->int_or("rate_bps", 0) <= 300;
      const Good* pledge = t.good(terms->str_or("good", ""));
      fine = fine && (pledge == nullptr || pledge->have >= terms->int_or("lots", 0));
      why = poor ? "my purse is thin and the rate is fair" : "money this cheap is welcome";
    }
    if (kind == "swap" && terms != nullptr) {
      const Good* get = t.good(terms->str_or("give_good", ""));
      const Good* pay = t.good(terms->str_or("take_good", ""));
      fine = get != nullptr && pay != nullptr && pay->have >= terms->int_or("take_lots", 0) &&
             get->mark * terms->int_or("give_lots", 0) >= pay->mark * terms->int_or("take_lots", 0);
      why = "the swap is worth more than it costs";
    }
    fine = fine && t.trust(from) > -20;
    return act(fine ? why : t.pick({"this offer is not good enough", "I do not trust this offer", "I would lose by this"}, 1),
               fine ? "accept" : "refuse", {{"deal", deal.int_or("deal", 0)}});
  }
  return {};
}

Idea keep_warm(const Table& t) {
  const Good* wood = t.good("firewood");
  if (wood == nullptr || t.makes == "firewood" || t.burn == 0) return {};
  const std::int64_t ahead = t.temper == "hoards" ? 4 : t.temper == "steady" ? 3 : 2;
  const std::int64_t missing = t.burn * ahead - wood->have;
  if (missing < 1) return {};
  const bool urgent = wood->have < t.burn;
  const std::int64_t price = wood->ask > 0 && (urgent || wood->ask * 100 <= wood->mark * 106)
                                 ? wood->ask
                                 : wood->mark + wood->mark * (urgent ? 8 : 1) / 100;
  const std::string have = std::to_string(wood->have);
  return buy(t, *wood, missing, price,
             urgent ? t.pick({"only ", "my hearth has but ", "it is cold and I have "}, 2) + have + " firewood, I burn " +
                          std::to_string(t.burn) + " tonight"
                    : t.pick({"I lay in firewood: ", "winter needs firewood, I have ", "a few nights ahead: I hold "}, 3) + have);
}

Idea keep_fed(const Table& t) {
  std::int64_t kinds = 0;
  const Good* cheapest = nullptr;
  for (const Good& g : t.goods) {
    if (!g.food) continue;
    // A food that is nearly gone does not feed tomorrow.
    if (g.have >= 2) {
      ++kinds;
      continue;
    }
    if (g.name == t.makes || g.bidding || g.halted) continue;
    if (cheapest == nullptr || g.mark < cheapest->mark) cheapest = &g;
  }
  if (kinds > t.meal_kinds || cheapest == nullptr) return {};
  const bool urgent = kinds < t.meal_kinds;
  const std::int64_t lots = cheapest->perishable ? 2 : 3;
  const std::int64_t price = urgent && cheapest->ask > 0 ? cheapest->ask : cheapest->mark + (urgent ? cheapest->mark / 25 : -cheapest->mark / 50);
  return buy(t, *cheapest, lots, price,
             (urgent ? t.pick({"I am short of food: ", "only ", "hungry with "}, 4) : t.pick({"I stock up, with ", "cheap food, I hold "}, 5)) +
                 std::to_string(kinds) + " kinds; " + cheapest->name + " is cheapest at " + std::to_string(cheapest->mark));
}

Idea sell_harvest(const Table& t) {
  const Good* g = t.good(t.makes);
  if (g == nullptr) return {};
  const std::int64_t keep = g->name == "firewood" ? t.burn * 3 : t.temper == "hoards" ? 3 : 2;
  const std::int64_t surplus = g->have - keep;
  if (surplus < 1) return {};
  std::int64_t price = g->mark;
  if (t.temper == "hoards") price += g->mark * 3 / 100;
  else if (t.temper == "steady") price += g->mark * 4 / 100;
  else if (g->perishable && g->bid > 0) price = std::max(g->bid, g->mark - g->mark * 3 / 100);
  else price += g->mark / 100;
  if (surplus > 6 && g->bid > 0) price = g->bid;
  return sell(t, *g, surplus, price,
              t.pick({"I made more ", "my store is full of ", "I can spare "}, 6) + g->name +
                  (g->perishable ? t.pick({", it spoils", " and it will not keep"}, 7) : t.pick({", I ask a fair price", " for a good price"}, 8)));
}

Idea act_on_tip(const Table& t) {
  const Json* tips = t.fact("tip");
  if (tips == nullptr || t.temper == "distrusts") return {};
  for (const Json& tip : tips->items()) {
    const Good* g = t.good(tip.str_or("good", ""));
    if (g == nullptr || t.turn - tip.int_or("turn", 0) > 3) continue;
    const bool up = tip.str_or("direction", "") == "up";
    const std::string why = t.pick({"I was told ", "a whisper says ", "I have it on good word: "}, 9) + g->name + (up ? " will rise" : " will fall");
    if (up && g->have < 10 && g->ask > 0)
      if (Idea idea = buy(t, *g, t.temper == "speculates" ? 5 : 2, g->ask, why)) return idea;
    if (!up && g->have > 1 && g->bid > 0)
      if (Idea idea = sell(t, *g, g->have - 1, g->bid, why)) return idea;
    if (!up && t.temper == "speculates" && g->owed == 0 && !g->asking && !g->halted && g->name != t.makes && t.free_mp > g->mark * t.tick_mp * 6)
      return act(why, "short", {{"good", g->name}, {"lots", 3}, {"price", t.inside(*g, g->bid > 0 ? g->bid : g->mark)}});
  }
  return {};
}

Idea cover_short(const Table& t) {
  for (const Good& g : t.goods)
    if (g.owed > 0 && (g.mark * 100 < g.mean * 96 || t.chance.ppm(250'000, 30)))
      if (Idea idea = buy(t, g, g.owed, g.ask > 0 ? g.ask : g.mark + g.mark / 50, "I buy back the " + g.name + " I sold short"))
        return idea;
  return {};
}

// What each temper does with spare money.
Idea speculate(const Table& t) {
  const auto start = static_cast<std::size_t>(t.chance.below(std::max<std::int64_t>(1, static_cast<std::int64_t>(t.goods.size())), 10));
  for (std::size_t i = 0; i < t.goods.size(); ++i) {
    const Good& g = t.goods[(start + i) % t.goods.size()];
    if (g.name == t.makes || g.mean == 0) continue;
    const std::int64_t off = (g.mark - g.mean) * 100 / g.mean;  // percent over its mean
    const std::string where = std::to_string(off < 0 ? -off : off) + " % " + (off < 0 ? "under" : "over") + " its mean";
    const bool rich = t.free_mp > 15'000;
    if (t.temper == "speculates" && off >= 6 && g.owed == 0 && g.have == 0 && !g.asking && !g.halted && t.messages_left > 0 && t.free_mp > g.mark * t.tick_mp * 6)
      return act(g.name + " is " + where + ", I sell it short", "short",
                 {{"good", g.name}, {"lots", 2}, {"price", t.inside(g, g.bid > 0 ? g.bid : g.mark)}});
    const bool contrarian = t.temper == "speculates" || t.temper == "distrusts" || t.temper == "hoards";
    if (contrarian && off <= -4 && rich && g.have < 8)
      if (Idea idea = buy(t, g, t.temper == "hoards" ? 3 : 2, t.temper == "hoards" ? g.mark - g.mark / 50 : g.mark, g.name + " is " + where + ", cheap"))
        return idea;
    if (t.temper == "gossips" && off >= 3 && rich && g.have < 6)
      if (Idea idea = buy(t, g, 2, g.ask > 0 ? g.ask : g.mark, "everybody buys " + g.name + ", it is " + where)) return idea;
    if (contrarian && off >= 4 && g.have > (g.food ? 3 : t.burn * 3))
      if (Idea idea = sell(t, g, 2, g.mark, g.name + " is " + where + ", I take my profit")) return idea;
  }
  return {};
}

Idea make_deal(const Table& t) {
  if (t.others.empty() || !t.chance.ppm(70'000, 20)) return {};
  const std::string& other = t.others[static_cast<std::size_t>(t.chance.below(static_cast<std::int64_t>(t.others.size()), 21))];
  if (t.trust(other) < -10) return {};
  if (t.temper == "hoards" && t.free_mp > 30'000)
    return act("idle pebbles should earn interest", "lend",
               {{"to", other}, {"principal_mp", 8'000}, {"rate_bps", 500}, {"turns", 4}, {"good", "none"}, {"lots", 0}});
  const Good* mine = t.good(t.makes);
  if (mine != nullptr && mine->have > 3 && t.chance.ppm(500'000, 22))
    for (const Good& g : t.goods)
      if (g.name != t.makes && g.have == 0 && g.mark <= mine->mark * 2)
        return act("I have " + mine->name + " to spare and no " + g.name, "swap",
                   {{"to", other}, {"give_good", mine->name}, {"give_lots", std::max<std::int64_t>(1, std::min<std::int64_t>(3, (g.mark + mine->mark - 1) / std::max<std::int64_t>(1, mine->mark)))},
                    {"take_good", g.name}, {"take_lots", 1}});
  return act("two are safer than one", "ally", {{"to", other}, {"promise", "no_short"}, {"turns", 5}});
}

Idea talk(const Table& t) {
  const std::int64_t mouth = t.temper == "gossips" ? 300'000 : t.temper == "distrusts" ? 40'000 : 110'000;
  if (t.goods.empty() || !t.chance.ppm(mouth, 11)) return {};
  // A gossip passes on what he was told, word for word.
  const Json* tips = t.fact("tip");
  if (t.temper == "gossips" && tips != nullptr && !tips->items().empty() && !t.others.empty()) {
    const Json& tip = tips->items().back();
    if (t.turn - tip.int_or("turn", 0) <= 2 && !tip.str_or("text", "").empty())
      return act("this is too good to keep to myself", "whisper",
                 {{"to", t.others[static_cast<std::size_t>(t.chance.below(static_cast<std::int64_t>(t.others.size()), 12))]},
                  {"text", std::string(clip(tip.str_or("text", ""), 120))}});
  }
  const Good& g = t.goods[static_cast<std::size_t>(t.chance.below(static_cast<std::int64_t>(t.goods.size()), 13))];
  const bool rising = g.mark >= g.first;
  const std::string text = t.pick({"Mark my words, ", "I say ", "Have you seen? ", "They tell me "}, 14) + g.name +
                           (rising ? t.pick({" goes up and up.", " will be dear.", " is what to own."}, 15)
                                   : t.pick({" gets cheaper by the day.", " nobody wants.", " has seen better days."}, 16));
  if (!t.others.empty() && t.chance.ppm(350'000, 17))
    return act("a word in the right ear", "whisper",
               {{"to", t.others[static_cast<std::size_t>(t.chance.below(static_cast<std::int64_t>(t.others.size()), 18))]}, {"text", text}});
  return act("the others should hear what I think of " + g.name, "say", {{"text", text}});
}

// Now and then it looks before it leaps.
Idea look_first(const Table& t, const Json& next) {
  if (t.step != 1 || !t.chance.ppm(60'000, 50)) return {};
  const std::string what = next.str_or("act", "");
  if (what != "buy" && what != "sell") return {};
  return act("what would this order cost me?", "what_if",
             {{"side", what}, {"good", next.at("good")}, {"lots", next.at("lots")}, {"price", next.at("price")}});
}

}  // namespace

Json play_creature(const Ask& ask) {
  const Table t(ask);
  const auto finish = [&] {
    return act(t.pick({"enough for today", "I wait", "nothing more to do now", "let others trade"}, 0), "finish", {});
  };
  if (t.frozen || t.messages_left < 1) return finish();
  for (const auto idea : {answer_offers, tidy, keep_warm, keep_fed, act_on_tip, cover_short, sell_harvest, talk, make_deal, speculate})
    if (Idea found = idea(t)) {
      if (Idea look = look_first(t, *found)) return *look;
      return *found;
    }
  return finish();
}

}  // namespace wood
