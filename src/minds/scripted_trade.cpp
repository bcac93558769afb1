// What a creature does with spare money: by tip, by news, and by temper.
#include <algorithm>

#include "minds/scripted_table.h"

namespace wood::scripted {
namespace {

using Trust = CreatureDigest::Trust;

std::string num(std::int64_t value) { return std::to_string(value); }

// "honey is dear".
std::string standing(const Good& g) { return g.name + " is " + word(g.grade); }

// How far a creature follows what it was told, in lots; 0: not at all.
std::int64_t zeal(const Table& t, Trust trust) {
  if (trust == Trust::foe) return 0;
  switch (t.temper) {
    case Temper::speculates: return t.d.heat < 3 ? 4 : 0;
    case Temper::gossips: return t.d.heat < 2 ? 3 : 0;
    case Temper::hoards:
    case Temper::steady: return t.d.heat < 1 && trust >= Trust::known ? 2 : 0;
    case Temper::distrusts: return 0;
  }
  return 0;
}

Idea follow(const Table& t, const Good& g, bool up, std::int64_t lots, const std::string& why) {
  if (up)
    return g.ask > 0 && g.own < 10 && t.d.purse >= Purse::ok
               ? buy(t, g, lots, g.ask, Way::now, why + ", I buy")
               : Idea();
  if (g.spare > 0 && g.bid > 0) return sell(t, g, g.spare, g.bid, why + ", I get out");
  return sell_short(t, g, lots, why + ", I sell it short");
}

Idea take_profit(const Table& t, const Good& g) {
  const int enough = t.temper == Temper::hoards ? 9 : t.temper == Temper::gossips ? 4 : 6;
  if (g.gain < enough) return {};
  return sell(t, g, g.spare, g.bid,
              t.pick({"a profit on my ", "I gain on my "}, 60) + g.name +
                  t.pick({", enough", ", I take it"}, 61));
}

Idea speculate(const Table& t, const Good& g) {
  if (g.grade >= Grade::dear && g.trend <= 0)
    return sell_short(
        t, g, 2, standing(g) + t.pick({" and turning", " and tired"}, 62) + ", I sell it short");
  if (g.grade <= Grade::cheap && g.trend > 0 && g.own < 8)
    return buy(t, g, 2, g.take(), Way::now, standing(g) + " and turning up, I buy");
  return {};
}

Idea hoard(const Table& t, const Good& g) {
  if (g.grade > Grade::low || g.own > 9 || g.spoil_ppm > 0) return {};
  return buy(t, g, 3, g.hit(), Way::post,
             standing(g) + t.pick({", it keeps and I wait", ", I lay some by"}, 63));
}

Idea value(const Table& t, const Good& g) {
  if (g.grade <= Grade::cheap && g.own < 8)
    return buy(t, g, 2, g.mark, Way::rest,
               standing(g) + t.pick({", I know its price", ", all else is talk"}, 64));
  if (g.grade >= Grade::dear && g.spare > 0)
    return sell(t, g, 3, g.mark, num(g.mark) + " for " + g.name + " is hype, I sell");
  return {};
}

Idea follow_crowd(const Table& t, const Good& g) {
  if (g.trend > 0 && (g.grade == Grade::firm || g.grade == Grade::dear) && g.own < 6)
    return buy(t, g, 2, g.take(), Way::rest,
               t.pick({"everybody wants ", "the crowd runs to "}, 65) + g.name);
  if (g.trend < 0 && g.spare > 1 && g.bid > 0)
    return sell(t, g, 2, g.bid,
                t.pick({"everybody drops ", "nobody wants "}, 66) + g.name + ", so do I");
  return {};
}

Idea bargain(const Table& t, const Good& g) {
  if (g.grade > Grade::slump || g.own > 5) return {};
  return buy(t, g, 2, g.mark, Way::rest, standing(g) + ", a hard bargain");
}

}  // namespace

Idea act_on_tip(const Table& t) {
  for (const CreatureDigest::Heard& tip : t.d.tips) {
    const std::int64_t lots = zeal(t, tip.trust);
    if (lots == 0) continue;
    const Good& g = t.d.goods[tip.good];
    if (Idea idea = follow(t, g, tip.up, lots,
                           t.pick({"I was told ", "a whisper says ", "on good word: "}, 50) +
                               g.name + (tip.up ? " will rise" : " will fall")))
      return idea;
  }
  return {};
}

Idea act_on_news(const Table& t) {
  for (const CreatureDigest::Heard& news : t.d.news) {
    const Good& g = t.d.goods[news.good];
    const std::string why = (news.up ? t.pick({"the news lifts ", "the news is good for "}, 52)
                                     : t.pick({"the news hurts ", "bad news for "}, 53)) +
                            g.name;
    Idea idea;
    if (t.temper == Temper::speculates || t.temper == Temper::gossips)
      idea = follow(t, g, news.up, 3, why);
    if (t.temper == Temper::distrusts && news.up && g.grade >= Grade::firm && g.spare > 0)
      idea = sell(t, g, 3, g.mark, "let others believe the news, I sell " + g.name);
    if (t.temper == Temper::hoards && !news.up && g.grade <= Grade::low && t.d.purse >= Purse::ok)
      idea = buy(t, g, 3, g.hit(), Way::rest, why + ", so it is cheap");
    if (idea) return idea;
  }
  return {};
}

Idea cover_short(const Table& t) {
  for (const Good& g : t.d.goods) {
    if (g.owed == 0 || g.cover.empty()) continue;
    const std::string why = g.cover == "win"    ? "my short in " + g.name + " gains, I buy it back"
                            : g.cover == "lose" ? "my short in " + g.name + " loses, I cut it"
                                                : "time to cover my short in " + g.name;
    if (Idea idea = buy(t, g, g.owed, g.take(), Way::now, why)) return idea;
  }
  return {};
}

Idea trade_by_temper(const Table& t) {
  for (const Good& g : t.d.goods) {
    if (Idea idea = take_profit(t, g)) return idea;
    // With less, money is for eating.
    if (!t.rich()) continue;
    Idea idea;
    if (t.temper == Temper::speculates) idea = speculate(t, g);
    if (t.temper == Temper::hoards) idea = hoard(t, g);
    if (t.temper == Temper::distrusts) idea = value(t, g);
    if (t.temper == Temper::gossips) idea = follow_crowd(t, g);
    if (t.temper == Temper::steady) idea = bargain(t, g);
    if (idea) return idea;
  }
  return {};
}

}  // namespace wood::scripted
