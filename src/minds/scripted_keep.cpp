// What a creature needs and makes: food and warmth bought ahead, the harvest sold before it spoils,
// orders looked after.
#include "minds/scripted_table.h"

namespace wood::scripted {
namespace {

using Cost = CreatureDigest::Cost;
using Off = CreatureDigest::Order::Off;

std::string num(std::int64_t value) { return std::to_string(value); }

// What a creature still pays for what it needs tonight.
Cost pain(Temper temper) {
  switch (temper) {
    case Temper::hoards:
    case Temper::distrusts: return Cost::fine;
    case Temper::steady:
    case Temper::speculates: return Cost::high;
    case Temper::gossips: return Cost::hard;
  }
  return Cost::high;
}

// A bid that waits: as others bid, or what a lot is worth.
std::int64_t patient(const Table& t, const Good& g) {
  return t.temper == Temper::hoards || t.temper == Temper::distrusts ? g.hit() : g.mark;
}

// A bid that still waits while the night comes is raised to what sellers ask.
Idea raise_bid(const Table& t, const Good& g, const std::string& why) {
  for (const CreatureDigest::Order& open : t.d.orders) {
    if (!open.buy || open.good != g.name) continue;
    const std::int64_t price = t.inside(g, g.ask);
    const std::int64_t lots = std::min(open.lots, g.can + open.lots / 2);
    if (price <= open.price || lots < 1) return {};
    return act(why + ", I raise my bid to " + num(price), "replace",
               {{"order", open.order}, {"lots", lots}, {"price", price}});
  }
  return {};
}

// Buys what is needed tonight from whoever sells, if it is not too dear; else bids and hopes.
Idea buy_tonight(const Table& t, const Need& n, const std::string& why) {
  const Good& g = t.d.goods[n.good];
  const bool fair = n.cost <= pain(t.temper);
  const std::int64_t lots = t.poor() ? 1 : n.lots;
  if (g.buying) return fair ? raise_bid(t, g, why) : Idea();
  if (fair) return buy(t, g, lots, g.ask, Way::now, why + ", I take it at " + num(g.ask));
  if (n.cost == Cost::none)
    return buy(t, g, lots, g.mark, Way::rest, why + ", nobody sells, I bid");
  return buy(t, g, lots, g.mark, Way::rest, why + ", but " + num(g.ask) + " is too dear");
}

}  // namespace

Idea keep_alive(const Table& t) {
  for (const Need& n : t.d.needs) {
    const std::string& good = t.d.goods[n.good].name;
    std::string why;
    if (n.kind == Need::Kind::hungry)
      why = t.pick({"tonight I eat ", "hungry, and there is ", "my table wants "}, 4) + good;
    else if (n.kind == Need::Kind::cold)
      why = t.pick({"cold tonight without ", "the hearth wants "}, 5) + good;
    else continue;
    if (Idea idea = buy_tonight(t, n, why)) return idea;
  }
  return {};
}

Idea stock_up(const Table& t) {
  for (const Need& n : t.d.needs) {
    const Good& g = t.d.goods[n.good];
    if (n.kind == Need::Kind::larder) {
      const std::string why =
          t.pick({"food for tomorrow: ", "to lay in: ", "for the next supper: "}, 6) + g.name;
      const Way way = t.temper == Temper::hoards ? Way::post : Way::rest;
      if (Idea idea = buy(t, g, t.poor() ? 1 : n.lots, patient(t, g), way, why)) return idea;
    }
    const bool fuel = n.kind == Need::Kind::fuel;
    if (!fuel && n.kind != Need::Kind::logs) continue;
    // Who lives for today lays in nothing for the third night.
    if (!fuel && (t.temper == Temper::gossips || t.poor())) continue;
    const std::string why = fuel
                                ? t.pick({"tomorrow the hearth is empty", "little wood is left"}, 8)
                                : t.pick({"the nights will be long", "wood for three nights"}, 8);
    const bool now = fuel && n.cost == Cost::fine;
    if (Idea idea = buy(t, g, n.lots, now ? g.ask : patient(t, g), Way::rest,
                        why + (now ? ", I take it" : ", I bid")))
      return idea;
  }
  return {};
}

Idea sell_harvest(const Table& t) {
  const Good* g = t.d.good(t.d.makes);
  if (g == nullptr || g->spare < 1) return {};
  // A hoarder sits on what is cheap today, as long as it keeps and his purse allows.
  if (t.temper == Temper::hoards && g->grade <= Grade::low && !t.poor() && !g->spoils &&
      g->own < 10)
    return {};
  const std::string spare = num(g->spare) + " " + g->name;
  if (g->bid > 0 && (t.poor() || g->spoils || g->spare > 9))
    return sell(
        t, *g, g->spare, g->bid,
        t.poor() ? t.pick({"my purse is thin, I sell ", "I need pebbles: out go "}, 10) + spare
        : g->spoils
            ? t.pick({"before they spoil I sell ", "they will not keep, I let go "}, 10) + spare
            : t.pick({"too many in store, I sell ", "I clear out "}, 10) + spare);
  std::int64_t price = g->mark;
  std::string how = t.pick({" at the mark", " for what they are worth"}, 12);
  if (t.temper == Temper::hoards) price = g->take(), how = " with patience";
  if (t.temper == Temper::steady) price = g->take(), how = " and not a pebble under my price";
  if (t.temper == Temper::distrusts) how = " at what they have long been worth";
  if (t.temper == Temper::gossips && g->bid > 0 && g->trend < 0)
    price = g->bid, how = " while the others still buy";
  return sell(
      t, *g, g->spare, price,
      t.pick({"I can spare ", "more than I eat: ", "the harvest leaves "}, 11) + spare + how);
}

Idea tend_orders(const Table& t) {
  for (const CreatureDigest::Order& open : t.d.orders) {
    const Good* g = t.d.good(open.good);
    if (g == nullptr || g->halted || open.off <= Off::bound) continue;
    if (open.buy) {
      if (open.off != Off::far && !t.feels("tidy")) continue;
      return act("my bid for " + g->name + t.pick({" is left behind, ", " is too low, "}, 41) +
                     t.pick({"I take it back", "no use in waiting"}, 42),
                 "cancel", {{"order", open.order}});
    }
    // An offer that nobody takes comes down to the mark; a hard bargainer gives way to nobody.
    const bool give_way = t.feels("yield") && (t.temper != Temper::steady || t.poor());
    if (open.off != Off::far && !give_way) continue;
    return act("nobody takes my " + g->name + " at " + num(open.price) +
                   t.pick({", I come down", ", so be it"}, 44),
               "replace", {{"order", open.order}, {"lots", open.lots}, {"price", g->lower()}});
  }
  return {};
}

}  // namespace wood::scripted
