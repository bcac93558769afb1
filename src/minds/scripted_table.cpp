#include "minds/scripted_table.h"

#include <algorithm>

#include "core/check.h"
#include "core/text.h"

namespace wood::scripted {
namespace {

constexpr std::int64_t kLotsMax = 12;      // of one order: a creature is no wholesaler
constexpr std::size_t kReasonBytes = 118;  // an answer may hold 120 characters

const Json& object(const Json& facts, const char* kind) {
  static const Json none = Json::object();
  const Json* fact = facts.find(kind);
  return fact != nullptr && fact->is(Json::Kind::object) ? *fact : none;
}

Temper temper_of(const std::string& word) {
  if (word == "hoards") return Temper::hoards;
  if (word == "speculates") return Temper::speculates;
  if (word == "gossips") return Temper::gossips;
  if (word == "distrusts") return Temper::distrusts;
  return Temper::steady;
}

std::int64_t amount(const Json& owner, const char* key, const std::string& good) {
  const Json* map = owner.find(key);
  return map != nullptr ? map->int_or(good, 0) : 0;
}

Good good_of(const Json& m, const Json& self) {
  Good g;
  g.name = m.str_or("good", "");
  g.mark = std::max<std::int64_t>(1, m.int_or("mark", 1));
  g.bid = m.int_or("bid", 0);
  g.ask = m.int_or("ask", 0);
  g.ask_lots = m.int_or("ask_lots", 0);
  g.halted = m.bool_or("halted", false);
  g.mean = g.first = g.before = g.mark;
  if (const Json* marks = m.find("marks"); marks != nullptr && !marks->items().empty()) {
    const auto& list = marks->items();
    std::int64_t sum = 0;
    for (const Json& mark : list) sum += mark.integer();
    g.mean = std::max<std::int64_t>(1, sum / static_cast<std::int64_t>(list.size()));
    g.first = list.front().integer();
    if (list.size() > 1) g.before = list[list.size() - 2].integer();
  }
  g.have = amount(self, "stores", g.name);
  g.owed = amount(self, "short", g.name);
  g.cost_mp = amount(self, "cost", g.name);
  return g;
}

// In the rules' order, so that a draw among the goods does not depend on which was traded last.
std::vector<Good> goods_of(const Json& facts, const Json& rules, const Json& self) {
  std::vector<Good> out;
  const Json* market = facts.find("market");
  if (market == nullptr || !market->is(Json::Kind::array)) return out;
  for (const Json& m : market->items()) out.push_back(good_of(m, self));
  const Json* listed = rules.find("goods");
  if (listed == nullptr) return out;
  std::size_t place = 0;
  for (const Json& rule : listed->items()) {
    const std::string name = rule.str_or("good", "");
    const auto it = std::find_if(out.begin() + static_cast<std::ptrdiff_t>(place), out.end(),
                                 [&](const Good& g) { return g.name == name; });
    if (it == out.end()) continue;
    it->food = rule.bool_or("food", true);
    it->spoil_ppm = rule.int_or("spoil_ppm", 0);
    std::swap(*it, out[place++]);
  }
  return out;
}

}  // namespace

Table::Table(const Ask& from) : ask(from), chance(from.sampling.seed, "scripted", 0, 0) {
  const Json& persona = object(ask.facts, "persona");
  const Json& rules = object(ask.facts, "rules");
  const Json& self = object(ask.facts, "self");
  me = persona.str_or("name", "");
  temper = temper_of(persona.str_or("temper", ""));
  makes = persona.str_or("makes", "");
  tick_mp = std::max<std::int64_t>(1, rules.int_or("tick_mp", 10));
  fee_bps = rules.int_or("fee_bps", 0);
  collar_bps = rules.int_or("collar_bps", 3'000);
  lots_max = std::clamp<std::int64_t>(rules.int_or("lots_max", kLotsMax), 1, kLotsMax);
  burn = rules.int_or("burn", 0);
  meal_kinds = rules.int_or("meal_kinds", 0);
  turn = rules.int_or("turn", 1);
  turns = rules.int_or("turns", 1);
  round = rules.int_or("round", 1);
  step = ask.facts.int_or("step", 1);
  free_mp = self.int_or("free_mp", 0);
  heat = self.int_or("heat", 0);
  messages_left = self.int_or("messages_left", 0);
  frozen = self.bool_or("frozen", false);
  if (const Json* creatures = rules.find("creatures"))
    for (const Json& other : creatures->items())
      if (other.string() != me) others.push_back(other.string());
  goods = goods_of(ask.facts, rules, self);
  if (const Json* open = self.find("orders"))
    for (const Json& o : open->items())
      orders.push_back({o.int_or("order", 0), o.int_or("lots", 0), o.int_or("price", 0),
                        o.str_or("good", ""), o.str_or("side", "") == "buy"});
  for (const Open& order : orders)
    for (Good& g : goods) {
      if (g.name != order.good) continue;
      if (order.buy) g.bidding = true;
      else g.asked += order.lots;
    }
}

const Good* Table::good(std::string_view name) const {
  for (const Good& g : goods)
    if (g.name == name) return &g;
  return nullptr;
}

const Json::Array& Table::list(const char* kind) const {
  static const Json::Array none;
  const Json* fact = ask.facts.find(kind);
  return fact != nullptr && fact->is(Json::Kind::array) ? fact->items() : none;
}

std::int64_t Table::trust(const std::string& other) const {
  const Json* trust = object(ask.facts, "memory").find("trust");
  return trust != nullptr ? trust->int_or(other, 0) : 0;
}

bool Table::promised(const char* promise) const {
  for (const Json& deal : list("deal"))
    if (deal.str_or("state", "") == "active" && deal.str_or("kind", "") == "alliance" &&
        object(deal, "terms").str_or("promise", "") == promise)
      return true;
  return false;
}

std::int64_t Table::cost_mp(const Good& g) const { return g.mark * tick_mp; }

std::int64_t Table::afford(std::int64_t price) const {
  // A tick's worth more than the exchange will hold, which rounds the fee up.
  const std::int64_t each = price * tick_mp + price * tick_mp * fee_bps / 10'000 + 1;
  return std::min(lots_max, std::max<std::int64_t>(0, free_mp) / each);
}

std::int64_t Table::inside(const Good& g, std::int64_t price) const {
  const std::int64_t width = std::max<std::int64_t>(0, g.mark * collar_bps / 10'000 - 1);
  return std::clamp<std::int64_t>(price, std::max<std::int64_t>(1, g.mark - width), g.mark + width);
}

std::int64_t Table::reserve_mp() const {
  std::int64_t cheapest = 0, fuel = 0;
  for (const Good& g : goods) {
    if (g.name == makes) continue;
    if (g.name == "firewood") fuel = cost_mp(g) * burn;
    else if (g.food && (cheapest == 0 || cost_mp(g) < cheapest)) cheapest = cost_mp(g);
  }
  return cheapest * meal_kinds + fuel;
}

std::string Table::pick(std::initializer_list<const char*> words, std::uint32_t n) const {
  return *(words.begin() + chance.below(static_cast<std::int64_t>(words.size()), n));
}

const std::string& Table::anyone(std::uint32_t n) const {
  CHECK(!others.empty());
  return others[static_cast<std::size_t>(
      chance.below(static_cast<std::int64_t>(others.size()), n))];
}

Json act(const std::string& why, const char* what, std::initializer_list<Json::Member> fields) {
  Json out = Json::object(fields);
  out.set("reason", std::string(clip(why, kReasonBytes)));
  out.set("act", what);
  return out;
}

namespace {

Json order(const Good& g, const char* side, std::int64_t lots, std::int64_t price, Way way,
           const std::string& why) {
  if (way == Way::rest) return act(why, side, {{"good", g.name}, {"lots", lots}, {"price", price}});
  return act(why, "order",
             {{"side", side},
              {"kind", way == Way::now ? "ioc" : "post"},
              {"good", g.name},
              {"lots", lots},
              {"price", price}});
}

}  // namespace

Idea buy(const Table& t, const Good& g, std::int64_t lots, std::int64_t price, Way way,
         const std::string& why) {
  // Another price each round: the exchange takes the same order twice in a turn for a mistake.
  if (way == Way::now) price += t.round - 1;
  price = t.inside(g, price);
  lots = std::min(lots, t.afford(price));
  // Against an order of one's own nothing trades: one side of a good at a time.
  if (lots < 1 || g.halted || g.bidding || g.asked > 0 || g.name == t.makes || t.messages_left < 1)
    return {};
  return order(g, "buy", lots, price, way, why);
}

Idea sell(const Table& t, const Good& g, std::int64_t lots, std::int64_t price, Way way,
          const std::string& why) {
  lots = std::min({lots, g.free(), t.lots_max});
  if (lots < 1 || g.halted || g.bidding || t.messages_left < 1) return {};
  // An ally who was promised not to be undercut is not undercut.
  if (g.ask > 0 && t.promised("no_undercut")) price = std::max(price, g.ask);
  for (const Open& open : t.orders)  // the exchange takes the same order twice for a mistake
    if (open.good == g.name && !open.buy && open.lots == lots && open.price == t.inside(g, price))
      return {};
  return order(g, "sell", lots, t.inside(g, price), way, why);
}

Idea sell_short(const Table& t, const Good& g, std::int64_t lots, const std::string& why) {
  // The margin's own part is half the value; a whole value free leaves room for a rise.
  lots = std::min(lots, t.spare_mp() / (t.cost_mp(g) + 1));
  if (lots < 1 || t.temper != Temper::speculates || g.halted || g.name == t.makes || g.have > 0 ||
      g.owed > 0 || g.asked > 0 || g.bidding || t.messages_left < 1 || t.promised("no_short"))
    return {};
  return act(
      why, "short",
      {{"good", g.name}, {"lots", lots}, {"price", t.inside(g, g.bid > 0 ? g.bid : g.mark)}});
}

}  // namespace wood::scripted
