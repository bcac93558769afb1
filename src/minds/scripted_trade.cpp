// What a creature does with spare money: by tip, by news, and by temper.
#include <algorithm>

#include "minds/scripted_table.h"

namespace wood::scripted {
namespace {

std::string num(std::int64_t value) { return std::to_string(value); }

// Lots it would rather eat or burn than sell.
std::int64_t needed(const Table& t, const Good& g) {
  if (g.name == "firewood") return 2 * t.burn;
  return g.food ? 2 : 0;
}

// "honey 8 % over the mean".
std::string gap(const Good& g) {
  const std::int64_t over = g.over();
  return g.name + " " + num(over < 0 ? -over : over) + " % " + (over < 0 ? "under" : "over") +
         " the mean";
}

// How far a creature follows what it was told, in lots; 0: not at all.
std::int64_t zeal(const Table& t, const std::string& from) {
  if (t.trust(from) < -20) return 0;
  switch (t.temper) {
    case Temper::speculates: return t.heat < 50 ? 6 : 0;
    case Temper::gossips: return t.heat < 40 ? 3 : 0;
    case Temper::hoards: return t.heat < 20 && t.trust(from) >= 0 ? 2 : 0;
    case Temper::steady: return t.heat < 20 && t.trust(from) >= 0 ? 2 : 0;
    case Temper::distrusts: return 0;
  }
  return 0;
}

Idea follow(const Table& t, const Good& g, bool up, std::int64_t lots, const std::string& why) {
  if (up)
    return g.ask > 0 && g.have < 12 && t.spare_mp() > 0
               ? buy(t, g, std::min(lots, t.spare_mp() / t.cost_mp(g) + 1), g.ask + g.ask / 50,
                     Way::now, why)
               : Idea();
  if (g.free() > needed(t, g) && g.bid > 0)
    return sell(t, g, g.free() - needed(t, g), g.bid, Way::rest, why + ", I get out");
  return sell_short(t, g, lots, why + ", I sell it short");
}

const Good* drawn_good(const Table& t, std::uint32_t n, std::size_t step) {
  const auto count = t.goods.size();
  const auto start = static_cast<std::size_t>(t.chance.below(static_cast<std::int64_t>(count), n));
  return &t.goods[(start + step) % count];
}

Idea take_profit(const Table& t, const Good& g) {
  const std::int64_t extra = g.free() - needed(t, g);
  if (g.name == t.makes || extra < 1 || g.cost_mp == 0 || g.bid == 0) return {};
  const std::int64_t gain = (g.bid * t.tick_mp - g.cost_mp) * 100 / g.cost_mp;
  const std::int64_t enough = t.temper == Temper::hoards ? 9 : t.temper == Temper::gossips ? 4 : 6;
  if (gain < enough) return {};
  return sell(t, g, extra, g.bid, Way::rest,
              t.pick({"a profit of ", "I gain ", "sold for "}, 60) + num(gain) + " % on my " +
                  g.name + t.pick({", enough", ", I take it", ""}, 61));
}

Idea speculate(const Table& t, const Good& g) {
  const bool rising = g.mark > g.before;
  if (g.over() >= 7 && !rising)
    return sell_short(t, g, 3,
                      gap(g) + t.pick({" and turning", " and tired"}, 62) + ", I sell it short");
  if (g.over() <= -6 && rising && g.have < 8)
    return buy(t, g, 3, g.ask > 0 ? g.ask : g.mark, Way::now, gap(g) + " and turning up, I buy");
  return {};
}

Idea hoard(const Table& t, const Good& g) {
  if (g.over() > -3 || g.have > 9 || g.spoil_ppm > 0) return {};
  return buy(t, g, 3, std::min(g.mark - g.mark / 50, g.ask > 0 ? g.ask - 1 : g.mark), Way::post,
             gap(g) + t.pick({", it keeps and I wait", ", cheap enough to lay by"}, 63));
}

Idea value(const Table& t, const Good& g) {
  const std::int64_t worth = (g.first + g.mean) / 2;
  if (g.mark * 100 < worth * 95 && g.have < 8)
    return buy(t, g, 2, g.mark, Way::rest,
               "I know " + g.name + " at " + num(worth) +
                   t.pick({" from of old, ", " for long, "}, 64) + num(g.mark) + " is cheap");
  if (g.mark * 100 > worth * 107 && g.free() > needed(t, g))
    return sell(t, g, 3, std::max(g.bid, g.mark), Way::rest,
                num(g.mark) + " for " + g.name + " is hype, I know " + num(worth));
  return {};
}

Idea follow_crowd(const Table& t, const Good& g) {
  if (g.mark * 100 > g.before * 102 && g.over() >= 2 && g.over() < 15 && g.have < 6)
    return buy(t, g, 2, g.ask > 0 ? g.ask : g.mark, Way::rest,
               t.pick({"everybody wants ", "the crowd runs to "}, 65) + gap(g));
  if (g.mark * 100 < g.before * 98 && g.free() > needed(t, g) + 1 && g.bid > 0)
    return sell(t, g, 2, g.bid, Way::rest,
                t.pick({"everybody drops ", "nobody wants "}, 66) + g.name + ", so do I");
  return {};
}

Idea bargain(const Table& t, const Good& g) {
  if (g.over() > -8 || g.have > 5) return {};
  return buy(t, g, 2, g.mark - g.mark / 50, Way::rest, gap(g) + ", a hard bargain");
}

}  // namespace

Idea act_on_tip(const Table& t) {
  for (const Json& tip : t.list("tip")) {
    const Good* g = t.good(tip.str_or("good", ""));
    const std::string from = tip.str_or("from", "");
    const std::int64_t lots = zeal(t, from);
    if (g == nullptr || lots == 0 || t.turn - tip.int_or("turn", 0) > 2) continue;
    const bool up = tip.str_or("direction", "") == "up";
    if (Idea idea = follow(t, *g, up, lots,
                           t.pick({"I was told ", "a whisper says ", "on good word: "}, 50) +
                               g->name + (up ? " will rise" : " will fall")))
      return idea;
  }
  return {};
}

Idea act_on_news(const Table& t) {
  for (const Json& news : t.list("news")) {
    const Good* g = t.good(news.str_or("good", ""));
    const std::string way = news.str_or("direction", "");
    if (g == nullptr || t.turn - news.int_or("turn", 0) > 1 || (way != "up" && way != "down"))
      continue;
    const bool up = way == "up";
    const std::string why = t.pick({"the news lifts ", "the news is good for "}, 52) + g->name;
    const std::string bad = t.pick({"the news hurts ", "bad news for "}, 53) + g->name;
    Idea idea;
    if (t.temper == Temper::speculates || t.temper == Temper::gossips)
      idea = follow(t, *g, up, 3, up ? why : bad);
    if (t.temper == Temper::distrusts && up && g->over() >= 4 && g->free() > needed(t, *g))
      idea = sell(t, *g, 3, std::max(g->bid, g->mark), Way::rest,
                  "let others believe the news, I sell " + g->name);
    if (t.temper == Temper::hoards && !up && g->over() <= -3 && t.spare_mp() > t.cost_mp(*g))
      idea = buy(t, *g, 3, g->mark - g->mark / 50, Way::rest, bad + ", so it is cheap");
    if (idea) return idea;
  }
  return {};
}

Idea cover_short(const Table& t) {
  for (const Good& g : t.goods) {
    if (g.owed == 0) continue;
    const std::int64_t price = g.ask > 0 ? g.ask : g.mark;
    const std::int64_t gain = g.cost_mp > 0 ? (g.cost_mp - price * t.tick_mp) * 100 / g.cost_mp : 0;
    const bool cheap = g.over() <= -2;
    if (gain < 5 && gain > -10 && !cheap && t.turn < t.turns - 1) continue;
    const std::string why =
        gain >= 5     ? "my short in " + g.name + " gains " + num(gain) + " %, I buy it back"
        : gain <= -10 ? "my short in " + g.name + " loses " + num(-gain) + " %, I cut it"
        : cheap       ? g.name + " back under the mean, I cover"
                      : "the end is near, I cover my " + g.name;
    if (Idea idea = buy(t, g, g.owed, price + price / 50, Way::now, why)) return idea;
  }
  return {};
}

Idea trade_by_temper(const Table& t) {
  for (std::size_t i = 0; i < t.goods.size(); ++i) {
    const Good& g = *drawn_good(t, 54, i);
    if (Idea idea = take_profit(t, g)) return idea;
    // Below this, money is for eating.
    const bool rich = t.spare_mp() > 2 * t.cost_mp(g);
    Idea idea;
    if (t.temper == Temper::speculates && rich) idea = speculate(t, g);
    if (t.temper == Temper::hoards && rich) idea = hoard(t, g);
    if (t.temper == Temper::distrusts && (rich || g.free() > 6)) idea = value(t, g);
    if (t.temper == Temper::gossips && rich) idea = follow_crowd(t, g);
    if (t.temper == Temper::steady && rich) idea = bargain(t, g);
    if (idea) return idea;
  }
  return {};
}

}  // namespace wood::scripted
