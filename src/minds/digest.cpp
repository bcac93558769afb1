#include "minds/digest.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/money.h"
#include "core/text.h"

namespace wood {
namespace {

using Good = CreatureDigest::Good;
using Need = CreatureDigest::Need;

constexpr const char* kBegs = "lends me";     // what the poor say, and lenders listen for
constexpr const char* kSpares = " to spare";  // what sellers say, and swappers listen for
constexpr std::int64_t kLotsMax = 12;         // of one order: a creature is no wholesaler
constexpr std::int64_t kFresh = 2;            // turns that a tip or a word is fresh
constexpr std::int64_t kGrudge = -5;          // below this nobody is asked for a deal
constexpr std::size_t kOpenOffers = 2;        // as many offers stand at a time
constexpr std::size_t kOrders = 4;            // that are looked after
constexpr std::size_t kTellBytes = 120;       // what a say may hold

const Json& object(const Json& facts, const char* kind) {
  static const Json none = Json::object();
  const Json* fact = facts.find(kind);
  return fact != nullptr && fact->is(Json::Kind::object) ? *fact : none;
}

const Json::Array& list(const Json& facts, const char* kind) {
  static const Json::Array none;
  const Json* fact = facts.find(kind);
  return fact != nullptr && fact->is(Json::Kind::array) ? fact->items() : none;
}

constexpr std::int64_t kMost = 1'000'000'000;  // of a price, of lots: products of two stay in range

std::int64_t bounded(const Json& owner, const std::string& key, std::int64_t otherwise,
                     std::int64_t low, std::int64_t high) {
  return std::clamp(owner.int_or(key, otherwise), low, high);
}

std::int64_t amount(const Json& owner, const char* key, const std::string& good) {
  const Json* map = owner.find(key);
  return map != nullptr ? bounded(*map, good, 0, 0, kMost) : 0;
}

std::int64_t percent(std::int64_t a, std::int64_t b) { return b == 0 ? 0 : (a - b) * 100 / b; }

CreatureDigest::Grade grade_of(std::int64_t over) {
  using Grade = CreatureDigest::Grade;
  return over <= -8   ? Grade::slump
         : over <= -5 ? Grade::cheap
         : over <= -3 ? Grade::low
         : over < 2   ? Grade::fair
         : over < 6   ? Grade::firm
         : over < 15  ? Grade::dear
                      : Grade::steep;
}

CreatureDigest::Trust trust_of(std::int64_t value) {
  using Trust = CreatureDigest::Trust;
  return value < -20   ? Trust::foe
         : value < 0   ? Trust::bad
         : value < 5   ? Trust::known
         : value <= 10 ? Trust::good
                       : Trust::friendly;
}

// The largest store that does not spoil at all: spoilage is rounded down.
std::int64_t keeps(const Good& g) { return g.spoil_ppm > 0 ? 999'999 / g.spoil_ppm : 1'000; }

struct Means {
  std::vector<std::int64_t> of;  // of the marks shown, by good
};

class Maker {
 public:
  explicit Maker(const Json& facts) : facts_(facts) {}

  CreatureDigest make() {
    head();
    goods();
    vows();
    own();
    money();
    for (std::size_t i = 0; i < d_.goods.size(); ++i) grade(d_.goods[i]);
    needs();
    deals();
    heard();
    openings();
    if (d_.orders.size() > kOrders) d_.orders.resize(kOrders);
    return std::move(d_);
  }

 private:
  void head() {
    const Json& persona = object(facts_, "persona");
    const Json& rules = object(facts_, "rules");
    const Json& self = object(facts_, "self");
    d_.me = persona.str_or("name", "");
    d_.temper = persona.str_or("temper", "");
    d_.makes = persona.str_or("makes", "");
    d_.tick_mp = bounded(rules, "tick_mp", 10, 1, 1'000'000);
    d_.fee_bps = bounded(rules, "fee_bps", 0, 0, 10'000);
    d_.collar_bps = bounded(rules, "collar_bps", 3'000, 0, 10'000);
    d_.lots_max = std::clamp<std::int64_t>(rules.int_or("lots_max", kLotsMax), 1, kLotsMax);
    d_.turn = rules.int_or("turn", 1);
    d_.turns = rules.int_or("turns", 1);
    d_.round = rules.int_or("round", 1);
    burn_ = bounded(rules, "burn", 0, 0, kMost);
    meal_ = bounded(rules, "meal_kinds", 0, 0, kMost);
    d_.free_mp = std::clamp<std::int64_t>(self.int_or("free_mp", 0), -kMost * kMost, kMost * kMost);
    const std::int64_t heat = self.int_or("heat", 0);
    d_.heat = heat < 20 ? 0 : heat < 40 ? 1 : heat < 50 ? 2 : 3;
    d_.messages_left = self.int_or("messages_left", 0);
    d_.frozen = self.bool_or("frozen", false);
    if (const Json* whim = self.find("whim")) {
      d_.whim = whim->str_or("kind", "");
      d_.whim_to = whim->str_or("to", "");
      d_.whim_good = whim->str_or("good", "");
    }
    for (const Json& other : list(rules, "creatures"))
      if (other.is(Json::Kind::string) && other.string() != d_.me)
        d_.others.push_back(other.string());
    if (std::find(d_.others.begin(), d_.others.end(), d_.whim_to) == d_.others.end())
      d_.whim_to = d_.whim == "talk" ? "all" : "";
  }

  // In the rules' order, so that a choice among the goods does not depend on which was traded last.
  void goods() {
    for (const Json& m : list(facts_, "market")) {
      Good g;
      g.name = m.str_or("good", "");
      g.mark = bounded(m, "mark", 1, 1, kMost);
      g.bid = bounded(m, "bid", 0, 0, kMost);
      if (g.bid * 100 < g.mark * 90) g.bid = 0;
      g.ask = bounded(m, "ask", 0, 0, kMost);
      g.halted = m.bool_or("halted", false);
      d_.goods.push_back(std::move(g));
      marks_.push_back(&m);
    }
    std::size_t place = 0;
    for (const Json& rule : list(object(facts_, "rules"), "goods")) {
      const std::string name = rule.str_or("good", "");
      for (std::size_t i = place; i < d_.goods.size(); ++i) {
        if (d_.goods[i].name != name) continue;
        d_.goods[i].food = rule.bool_or("food", true);
        d_.goods[i].spoil_ppm = bounded(rule, "spoil_ppm", 0, 0, 1'000'000);
        std::swap(d_.goods[i], d_.goods[place]);
        std::swap(marks_[i], marks_[place]);
        ++place;
        break;
      }
    }
    for (std::size_t i = 0; i < d_.goods.size(); ++i) trend(d_.goods[i], *marks_[i]);
  }

  void trend(Good& g, const Json& m) {
    std::int64_t mean = g.mark, before = g.mark;
    std::vector<std::int64_t> marks;
    for (const Json& mark : list(m, "marks"))
      if (mark.is_integer()) marks.push_back(std::clamp<std::int64_t>(mark.integer(), 0, kMost));
    if (!marks.empty()) {
      const std::int64_t sum = std::accumulate(marks.begin(), marks.end(), std::int64_t{0});
      mean = std::max<std::int64_t>(1, sum / static_cast<std::int64_t>(marks.size()));
      if (marks.size() > 1) before = marks[marks.size() - 2];
    }
    g.grade = grade_of(percent(g.mark, mean));
    g.trend = g.mark * 100 > before * 101 ? 1 : g.mark * 100 < before * 99 ? -1 : 0;
    means_.push_back(mean);
  }

  void own() {
    const Json& self = object(facts_, "self");
    for (Good& g : d_.goods) {
      g.own = amount(self, "stores", g.name);
      g.owed = amount(self, "short", g.name);
      g.cost_mp = amount(self, "cost", g.name);
      g.spoils = g.spoil_ppm > 0 && g.own > keeps(g);
    }
    for (const Json& o : list(self, "orders")) {
      CreatureDigest::Order order{o.int_or("order", 0), bounded(o, "lots", 0, 0, kMost),
                                  bounded(o, "price", 0, 0, kMost), o.str_or("good", ""),
                                  o.str_or("side", "") == "buy"};
      for (Good& g : d_.goods) {
        if (g.name != order.good) continue;
        order.off = off(order, g);
        if (order.buy) g.buying = true;
        else g.selling = true, g.asked += order.lots;
      }
      d_.orders.push_back(std::move(order));
    }
    // A bid for supper must be seen before it is raised; there are few of them.
    std::stable_sort(d_.orders.begin(), d_.orders.end(), [](const auto& a, const auto& b) {
      return a.buy != b.buy ? a.buy : a.off > b.off;
    });
  }

  CreatureDigest::Order::Off off(const CreatureDigest::Order& order, const Good& g) const {
    using Off = CreatureDigest::Order::Off;
    const std::int64_t over = percent(order.price, g.mark);
    if (order.buy) return over <= -6 ? Off::far : over <= -2 ? Off::behind : Off::near;
    if (order.price <= g.lower()) return Off::near;
    if (d_.vowed("no_undercut") && g.lower() < g.ask) return Off::bound;
    return over >= 8 ? Off::far : Off::behind;
  }

  // Of so many lots, as many as no ask of mine for the good has.
  std::int64_t unlike_asks(const Good& g, std::int64_t lots) const {
    const auto stands = [&](const CreatureDigest::Order& order) {
      return !order.buy && order.good == g.name && order.lots == lots;
    };
    while (lots > 0 && std::any_of(d_.orders.begin(), d_.orders.end(), stands)) --lots;
    return lots;
  }

  void money() {
    std::int64_t cheapest = 0, fuel = 0, sum = 0;
    for (Good& g : d_.goods) {
      const std::int64_t cost = g.mark * d_.tick_mp;
      sum += cost;
      const std::int64_t most = std::max(g.mark, g.ask) * d_.tick_mp;
      // A tick's worth more than the exchange will hold, which rounds the fee up.
      g.can = std::max<std::int64_t>(0, d_.free_mp) /
              (most + mul_div(most, d_.fee_bps, 10'000, Round::up) + 1);
      if (g.name == d_.makes) continue;
      if (g.name == "firewood") fuel = cost * burn_;
      else if (g.food && (cheapest == 0 || cost < cheapest)) cheapest = cost;
    }
    const std::int64_t reserve = cheapest * meal_ + fuel;
    const std::int64_t mean =
        d_.goods.empty() ? 0 : sum / static_cast<std::int64_t>(d_.goods.size());
    using Purse = CreatureDigest::Purse;
    d_.purse = d_.free_mp < reserve / 2              ? Purse::broke
               : d_.free_mp < reserve                ? Purse::thin
               : d_.free_mp - reserve > 2 * mean + 1 ? Purse::rich
               : d_.free_mp < 2 * reserve            ? Purse::tight
                                                     : Purse::ok;
  }

  void grade(Good& g) const {
    // Who makes the firewood can be a little cold if that buys supper.
    const bool poor = d_.purse <= CreatureDigest::Purse::thin;
    const std::int64_t keep = g.name != "firewood" ? (g.food ? 2 : 0)
                              : g.name != d_.makes ? 2 * burn_
                              : poor               ? burn_ / 2
                                                   : burn_;
    g.spare = unlike_asks(g, std::clamp<std::int64_t>(g.own - g.asked - keep, 0, d_.lots_max));
    if (g.cost_mp == 0) return;
    if (g.owed > 0) {
      const std::int64_t gain = (g.cost_mp - g.take() * d_.tick_mp) * 100 / g.cost_mp;
      g.cover = gain >= 5                                                          ? "win"
                : gain <= -10                                                      ? "lose"
                : g.grade < CreatureDigest::Grade::fair || d_.turn >= d_.turns - 1 ? "cheap"
                                                                                   : "";
    } else if (g.spare > 0 && g.bid > 0 && g.name != d_.makes) {
      const std::int64_t gain = (g.bid * d_.tick_mp - g.cost_mp) * 100 / g.cost_mp;
      g.gain = gain >= 9 ? 9 : gain >= 6 ? 6 : gain >= 4 ? 4 : 0;
    }
  }

  // ---- tonight and after

  CreatureDigest::Cost cost(std::size_t i) const {
    using Cost = CreatureDigest::Cost;
    const Good& g = d_.goods[i];
    if (g.ask == 0 || g.halted) return Cost::none;
    const std::int64_t over = percent(g.ask, means_[i]);
    return over <= 10 ? Cost::fine : over <= 20 ? Cost::high : over <= 30 ? Cost::hard : Cost::mad;
  }

  // The food that is not in store (of which fewer than `least` are) and costs least; -1 if none.
  int cheapest_food(std::int64_t least) const {
    int best = -1;
    std::int64_t price = 0;
    for (std::size_t i = 0; i < d_.goods.size(); ++i) {
      const Good& g = d_.goods[i];
      if (!g.food || g.own >= least || g.name == d_.makes || g.halted || g.selling) continue;
      if (least > 1 && g.buying) continue;
      const std::int64_t of = g.ask > 0 ? g.ask : g.mark * 21 / 20;
      if (best >= 0 && of >= price) continue;
      best = static_cast<int>(i), price = of;
    }
    return best;
  }

  // Foods of which there are at least so many. For tomorrow a bid may still fill, and what it
  // makes itself comes at dawn.
  std::int64_t kinds(std::int64_t least) const {
    return std::count_if(d_.goods.begin(), d_.goods.end(), [&](const Good& g) {
      if (!g.food) return false;
      return g.own >= least || (least > 1 && (g.name == d_.makes || (g.buying && g.own >= 1)));
    });
  }

  void need(Need::Kind kind, int good, std::int64_t lots) {
    if (good < 0 || lots < 1) return;
    const auto i = static_cast<std::size_t>(good);
    d_.needs.push_back({kind, i, lots, cost(i)});
  }

  void needs() {
    const auto few = [&](int good, std::int64_t have) {
      return good < 0 ? 0
                      : std::min<std::int64_t>(
                            keeps(d_.goods[static_cast<std::size_t>(good)]) - have, 3);
    };
    if (kinds(1) < meal_) {
      const int food = cheapest_food(1);
      need(Need::Kind::hungry, food, few(food, 0));
    }
    const auto wood = std::find_if(d_.goods.begin(), d_.goods.end(),
                                   [](const Good& g) { return g.name == "firewood"; });
    const bool burns = wood != d_.goods.end() && burn_ > 0 && d_.makes != "firewood";
    const int log = burns ? static_cast<int>(wood - d_.goods.begin()) : -1;
    if (burns && wood->own < burn_) need(Need::Kind::cold, log, 2 * burn_ - wood->own);
    if (kinds(2) < meal_) {
      const int food = cheapest_food(2);
      if (food >= 0)
        need(Need::Kind::larder, food, few(food, d_.goods[static_cast<std::size_t>(food)].own));
    }
    if (!burns || wood->buying || wood->own < burn_) return;
    if (wood->own < 2 * burn_) need(Need::Kind::fuel, log, 3 * burn_ - wood->own);
    else if (wood->grade < CreatureDigest::Grade::dear)
      need(Need::Kind::logs, log, 3 * burn_ - wood->own);
  }

  // ---- others

  std::int64_t trust(const std::string& other) const {
    const Json* trust = object(facts_, "memory").find("trust");
    return trust != nullptr ? trust->int_or(other, 0) : 0;
  }

  std::int64_t worth(const std::string& good, std::int64_t lots) const {
    const Good* g = d_.good(good);
    return g != nullptr ? g->mark * lots : 0;
  }

  void vows() {
    for (const Json& deal : list(facts_, "deal"))
      if (deal.str_or("state", "") == "active" && deal.str_or("kind", "") == "alliance")
        d_.vows.push_back(object(deal, "terms").str_or("promise", ""));
    std::sort(d_.vows.begin(), d_.vows.end());
    d_.vows.erase(std::unique(d_.vows.begin(), d_.vows.end()), d_.vows.end());
  }

  void deals() {
    for (const Json& deal : list(facts_, "deal")) {
      const Json& terms = object(deal, "terms");
      const std::string kind = deal.str_or("kind", "");
      if (deal.str_or("state", "") != "offered" || deal.str_or("to", "") != d_.me) continue;
      CreatureDigest::Offer offer;
      offer.deal = deal.int_or("deal", 0);
      offer.kind = kind;
      offer.from = deal.str_or("from", "");
      offer.trust = trust_of(trust(offer.from));
      if (kind == "alliance") offer.promise = terms.str_or("promise", "");
      if (kind == "swap") judge_swap(offer, terms);
      if (kind == "loan") judge_loan(offer, terms);
      d_.offers.push_back(std::move(offer));
    }
  }

  void judge_swap(CreatureDigest::Offer& offer, const Json& terms) const {
    const Good* mine = d_.good(terms.str_or("take_good", ""));
    const Good* wanted = d_.good(terms.str_or("give_good", ""));
    offer.can = mine != nullptr && mine->own - mine->asked >= terms.int_or("take_lots", 0);
    const std::int64_t in = worth(terms.str_or("give_good", ""), terms.int_or("give_lots", 0));
    const std::int64_t out = std::max<std::int64_t>(
        1, worth(terms.str_or("take_good", ""), terms.int_or("take_lots", 0)));
    const std::int64_t gain =
        (in - out) * 100 / out + (wanted != nullptr && wanted->own == 0 ? 8 : 0);
    offer.terms = gain >= 4 ? "good" : gain >= 0 ? "even" : "bad";
  }

  void judge_loan(CreatureDigest::Offer& offer, const Json& terms) const {
    const std::int64_t rate = terms.int_or("rate_bps", 0);
    offer.terms = rate <= 250 ? "low" : rate <= 900 ? "fair" : rate <= 1'500 ? "high" : "dear";
    const Good* pledge = d_.good(terms.str_or("good", ""));
    offer.can = pledge == nullptr || pledge->own - pledge->asked >= terms.int_or("lots", 0);
  }

  // The latest of a kind that names a good and a way and is no older; nothing if there is none.
  void hear(const char* kind, std::int64_t age, std::vector<CreatureDigest::Heard>& out) const {
    const auto& said = list(facts_, kind);
    for (auto it = said.rbegin(); it != said.rend(); ++it) {
      const std::string way = it->str_or("direction", "");
      const Good* g = d_.good(it->str_or("good", ""));
      if (g == nullptr || (way != "up" && way != "down") ||
          d_.turn - it->int_or("turn", d_.turn) > age)
        continue;
      out.push_back({static_cast<std::size_t>(g - d_.goods.data()), way == "up",
                     trust_of(trust(it->str_or("from", ""))), it->str_or("text", "")});
      return;
    }
  }

  void heard() {
    hear("tip", kFresh, d_.tips);
    hear("news", 1, d_.news);
    if (d_.tips.empty() || d_.whim != "talk") return;
    const std::string text(clip(d_.tips[0].text, kTellBytes));
    const auto& talk = list(facts_, "talk");
    const bool passed = std::any_of(talk.begin(), talk.end(), [&](const Json& said) {
      return said.str_or("from", "") == d_.me && said.str_or("text", "") == text;
    });
    if (!passed) d_.tell = text;
  }

  // Whether nothing stands against a proposal to them.
  bool open_to(const std::string& other) const {
    if (std::find(d_.others.begin(), d_.others.end(), other) == d_.others.end()) return false;
    if (trust(other) < kGrudge) return false;
    const Json* owed = object(facts_, "memory").find("owed");
    if (owed != nullptr && owed->find(other) != nullptr) return false;
    const auto& deals = list(facts_, "deal");
    return std::none_of(deals.begin(), deals.end(), [&](const Json& deal) {
      return deal.str_or("from", "") == d_.me && deal.str_or("to", "") == other;
    });
  }

  // Who said something with these words lately, and could be asked; "" if nobody.
  std::string who_said(const std::string& words) const {
    const auto& talk = list(facts_, "talk");
    for (auto it = talk.rbegin(); it != talk.rend(); ++it)
      if (d_.turn - it->int_or("turn", 0) <= kFresh &&
          it->str_or("text", "").find(words) != std::string::npos &&
          open_to(it->str_or("from", "")))
        return it->str_or("from", "");
    return "";
  }

  void openings() {
    const auto& deals = list(facts_, "deal");
    const auto mine = std::count_if(deals.begin(), deals.end(), [&](const Json& deal) {
      return deal.str_or("from", "") == d_.me && deal.str_or("state", "") == "offered";
    });
    if (static_cast<std::size_t>(mine) >= kOpenOffers) return;
    const std::string in_mind = d_.whim == "deal" && open_to(d_.whim_to) ? d_.whim_to : "";
    d_.openings.beggar = who_said(kBegs);
    d_.openings.ally = trust(in_mind) >= 0 ? in_mind : "";
    d_.openings.lend = d_.openings.beggar.empty() ? in_mind : d_.openings.beggar;
    const Good* give = d_.good(d_.makes);
    if (give == nullptr || give->spare < 3) return;
    for (std::size_t i = 0; i < d_.goods.size(); ++i) {
      const Good& g = d_.goods[i];
      if (g.name == d_.makes || g.own > 0 || g.buying) continue;
      const std::string seller = who_said(g.name + kSpares);
      d_.openings.swap_with = seller.empty() ? in_mind : seller;
      d_.openings.swap_good = i;
      d_.openings.swap_lots = std::clamp<std::int64_t>((2 * g.mark + give->mark / 2) / give->mark,
                                                       1, std::min(give->spare, d_.lots_max));
      return;
    }
  }

  const Json& facts_;
  CreatureDigest d_;
  std::vector<const Json*> marks_;
  std::vector<std::int64_t> means_;
  std::int64_t burn_ = 0, meal_ = 0;
};

template <std::size_t n, typename Enum>
const char* nth(const std::array<const char*, n>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

std::string num(std::int64_t value) { return std::to_string(value); }

constexpr std::int64_t kCanShown = 6;  // who can buy more buys what he wants

// Every number stands right behind what it is: so it is found by its label, not by counting words.
void say_good(std::string& out, const Good& g, const std::string& makes) {
  const auto price = [](std::int64_t ticks) { return ticks > 0 ? num(ticks) : std::string("-"); };
  out += "\n" + g.name + " x" + num(g.own) + (g.spare > 0 ? "+" + num(g.spare) : "");
  out += std::string(" ") + word(g.grade) + (g.trend > 0 ? " up" : g.trend < 0 ? " down" : "");
  out += " b" + price(g.bid) + " m" + num(g.mark) + " a" + price(g.ask);
  if (g.can < kCanShown && g.name != makes) out += " can" + num(g.can);
  if (g.halted) out += " halt";
  if (g.spoils) out += " spoils";
  if (g.gain > 0) out += " gain" + num(g.gain);
  if (g.owed > 0) out += " short" + num(g.owed) + (g.cover.empty() ? "" : " " + g.cover);
  if (g.buying) out += " buying";
  if (g.selling) out += " selling";
}

}  // namespace

const Good* CreatureDigest::good(std::string_view name) const {
  for (const Good& g : goods)
    if (g.name == name) return &g;
  return nullptr;
}

bool CreatureDigest::vowed(std::string_view promise) const {
  return std::find(vows.begin(), vows.end(), promise) != vows.end();
}

CreatureDigest digest(const Json& facts) { return Maker(facts).make(); }

const char* word(CreatureDigest::Grade grade) {
  return nth<7>({"slump", "cheap", "low", "fair", "firm", "dear", "steep"}, grade);
}
const char* word(CreatureDigest::Cost cost) {
  return nth<5>({"fine", "high", "hard", "mad", "none"}, cost);
}
const char* word(CreatureDigest::Purse purse) {
  return nth<5>({"broke", "thin", "tight", "ok", "rich"}, purse);
}
const char* word(CreatureDigest::Trust trust) {
  return nth<5>({"foe", "bad", "known", "good", "friend"}, trust);
}
const char* word(Need::Kind kind) {
  return nth<5>({"hungry", "cold", "larder", "fuel", "logs"}, kind);
}
const char* word(CreatureDigest::Order::Off off) {
  return nth<4>({"near", "bound", "behind", "far"}, off);
}

std::string in_words(const CreatureDigest& d, std::string (*fence)(const std::string&)) {
  constexpr std::size_t offers_max = 2;
  std::string out = d.me + " " + d.temper + (d.makes.empty() ? "" : " makes " + d.makes);
  out += std::string(" purse ") + word(d.purse) + " heat" + num(d.heat);
  if (d.still()) out += " still";
  for (const Need& n : d.needs)
    out += std::string("\n") + word(n.kind) + " " + d.goods[n.good].name + " x" + num(n.lots) +
           " " + word(n.cost);
  for (const Good& g : d.goods) say_good(out, g, d.makes);
  for (const CreatureDigest::Order& o : d.orders) {
    out += "\nmy" + num(o.order) + (o.buy ? " buy " : " sell ") + o.good + " x" + num(o.lots) +
           " p" + num(o.price) + " " + word(o.off);
  }
  for (std::size_t i = 0; i < std::min(offers_max, d.offers.size()); ++i) {
    const CreatureDigest::Offer& o = d.offers[i];
    out += "\noffer" + num(o.deal) + " " + o.kind + " " + o.from + " " + word(o.trust);
    if (!o.promise.empty()) out += " " + o.promise;
    if (!o.terms.empty()) out += " " + o.terms;
    if (!o.can) out += " cannot";
  }
  for (const std::string& vow : d.vows) out += "\nvow " + vow;
  for (const CreatureDigest::Heard& tip : d.tips)
    out += "\ntip " + d.goods[tip.good].name + (tip.up ? " up " : " down ") + word(tip.trust);
  for (const CreatureDigest::Heard& news : d.news)
    out += "\nnews " + d.goods[news.good].name + (news.up ? " up" : " down");
  const CreatureDigest::Openings& o = d.openings;
  if (!o.lend.empty()) out += (o.beggar.empty() ? "\nlend " : "\nbegs ") + o.lend;
  if (!o.swap_with.empty())
    out += "\nswap " + o.swap_with + " " + d.goods[o.swap_good].name + " x" + num(o.swap_lots);
  if (!o.ally.empty()) out += "\nally " + o.ally;
  if (d.whim == "talk") {
    out += "\ntalk " + d.whim_to + " " + d.whim_good;
    if (!d.tell.empty()) out += " " + fence(d.tell);
  } else if (!d.whim.empty()) {
    out += "\nmood " + d.whim;
  }
  return out;
}

}  // namespace wood
