// What a creature needs and makes: food and warmth bought ahead, the harvest sold before it spoils,
// orders looked after.
#include <algorithm>

#include "minds/scripted_table.h"

namespace wood::scripted {
namespace {

std::string num(std::int64_t value) { return std::to_string(value); }

// How many percent over its mean a creature pays for what it needs tonight.
std::int64_t pain_bps(Temper temper) {
  switch (temper) {
    case Temper::hoards: return 1'500;
    case Temper::distrusts: return 1'200;
    case Temper::steady: return 1'800;
    case Temper::speculates: return 2'500;
    case Temper::gossips: return 3'500;
  }
  return 2'000;
}

std::int64_t most_for(const Table& t, const Good& g) {
  return g.mean + g.mean * pain_bps(t.temper) / 10'000;
}

// A patient bid: a little over the best one, but no more than by temper under or at the mark.
std::int64_t patient(const Table& t, const Good& g) {
  const std::int64_t below = t.temper == Temper::hoards      ? g.mark * 3 / 100
                             : t.temper == Temper::distrusts ? g.mark * 2 / 100
                             : t.temper == Temper::steady    ? g.mark / 100
                                                             : 0;
  std::int64_t price = g.mark - below;
  if (g.bid > 0) price = std::min(price, g.bid + 1);
  return g.ask > 0 && t.temper == Temper::hoards ? std::min(price, g.ask - 1) : price;
}

// A bid that still waits while the night comes is raised to what sellers ask.
Idea raise_bid(const Table& t, const Good& g, const std::string& why) {
  for (const Open& open : t.orders) {
    if (!open.buy || open.good != g.name || t.messages_left < 1) continue;
    const std::int64_t price = t.inside(g, std::min(most_for(t, g), g.ask + g.ask / 50));
    const std::int64_t lots = std::min(open.lots, t.afford(price) + open.lots / 2);
    if (g.ask == 0 || price <= open.price || lots < 1) return {};
    return act(why + ", I raise my bid to " + num(price), "replace",
               {{"order", open.order}, {"lots", lots}, {"price", price}});
  }
  return {};
}

// Buys what is needed tonight from whoever sells, if it is not too dear; else bids and hopes.
Idea buy_tonight(const Table& t, const Good& g, std::int64_t lots, const std::string& why) {
  if (g.bidding) return raise_bid(t, g, why);
  const std::int64_t most = most_for(t, g);
  if (g.ask > 0 && g.ask <= most && t.round < 3)
    if (Idea idea = buy(t, g, lots, std::min(most, g.ask + g.ask / 50), Way::now,
                        why + ", I take it at " + num(g.ask)))
      return idea;
  if (g.ask > most)
    return buy(t, g, lots, std::min(most, g.mark), Way::rest,
               why + ", but " + num(g.ask) + " is too dear");
  return buy(t, g, lots, g.ask > 0 ? g.ask : g.mark, Way::rest, why + ", I bid for " + g.name);
}

// The food that is not in store (of which fewer than `least` are) and costs least; null if none.
const Good* cheapest_food(const Table& t, std::int64_t least) {
  const Good* best = nullptr;
  for (const Good& g : t.goods) {
    if (!g.food || g.have >= least || g.name == t.makes || g.halted || g.asked > 0) continue;
    if (least > 1 && g.bidding) continue;
    const auto price = [](const Good& of) { return of.ask > 0 ? of.ask : of.mark * 21 / 20; };
    if (best == nullptr || price(g) < price(*best)) best = &g;
  }
  return best;
}

// Foods of which there are at least so many.
std::int64_t kinds(const Table& t, std::int64_t least) {
  return std::count_if(t.goods.begin(), t.goods.end(), [&](const Good& g) {
    if (!g.food) return false;
    // For tomorrow a bid may still fill, and what it makes itself comes at dawn.
    return g.have >= least || (least > 1 && (g.name == t.makes || (g.bidding && g.have >= 1)));
  });
}

}  // namespace

Idea keep_alive(const Table& t) {
  const std::int64_t tonight = kinds(t, 1);
  if (tonight < t.meal_kinds)
    if (const Good* g = cheapest_food(t, 1)) {
      const std::string why =
          t.pick({"tonight I eat ", "my table has ", "hunger: I hold "}, 4) + num(tonight) +
          t.pick({" foods and want ", " of ", " kinds, a meal is "}, 5) + num(t.meal_kinds);
      if (Idea idea = buy_tonight(t, *g, std::min<std::int64_t>(g->keeps(), 3), why)) return idea;
    }
  const Good* wood = t.good("firewood");
  if (wood == nullptr || t.makes == "firewood" || wood->have >= t.burn) return {};
  const std::string why =
      t.pick({"cold tonight: ", "the hearth wants ", "I burn "}, 2) + num(t.burn) +
      t.pick({" to burn, I have ", " and there is ", ", in store "}, 3) + num(wood->have);
  return buy_tonight(t, *wood, 2 * t.burn - wood->have, why);
}

Idea stock_up(const Table& t) {
  const std::int64_t tomorrow = kinds(t, 2);
  if (tomorrow < t.meal_kinds)
    if (const Good* g = cheapest_food(t, 2)) {
      const std::int64_t lots = std::min<std::int64_t>(g->keeps() - g->have, g->over() < 0 ? 5 : 3);
      const std::string why =
          t.pick({"food for tomorrow: ", "to lay in: ", "for the next supper: "}, 6) + g->name +
          t.pick({", the least dear, at ", " at the mark of ", ", of which I run low, at "}, 7) +
          num(g->mark);
      const Way way = t.temper == Temper::hoards ? Way::post : Way::rest;
      if (Idea idea = buy(t, *g, lots, patient(t, *g), way, why)) return idea;
    }
  const Good* wood = t.good("firewood");
  if (wood == nullptr || t.burn == 0 || t.makes == "firewood" || wood->bidding) return {};
  const std::int64_t nights = t.temper == Temper::hoards ? 4 : t.temper == Temper::gossips ? 2 : 3;
  const std::int64_t missing = t.burn * nights - wood->have;
  const bool thin = wood->have < 2 * t.burn;
  if (missing < 1 || (!thin && wood->over() > 6)) return {};
  const std::string why =
      t.pick({"nights of warmth in store: ", "firewood, in nights: ", "warm nights left: "}, 8) +
      num(wood->have / t.burn) + t.pick({", I want ", ", better "}, 9) + num(nights);
  const bool near = wood->ask > 0 && wood->ask * 100 <= wood->mark * 103;
  return buy(t, *wood, missing, near && thin ? wood->ask : patient(t, *wood), Way::rest, why);
}

Idea sell_harvest(const Table& t) {
  const Good* g = t.good(t.makes);
  if (g == nullptr) return {};
  // Who makes the firewood can be a little cold if that buys supper.
  const std::int64_t warm = t.free_mp < 2 * t.reserve_mp() ? t.burn / 2 : t.burn;
  const std::int64_t keep = g->name == "firewood" ? warm : g->food ? 2 : 0;
  const std::int64_t surplus = g->free() - keep;
  if (surplus < 1) return {};
  const bool poor = t.free_mp < t.reserve_mp();
  const bool spoils = g->spoil_ppm > 0 && g->have > g->keeps();
  // A hoarder sits on what is cheap today, as long as it keeps and his purse allows.
  if (t.temper == Temper::hoards && g->over() <= -3 && !poor && !spoils && g->have < 14) return {};
  const std::string spare = num(surplus) + " " + g->name;
  if (g->bid > 0 && (poor || spoils || surplus > 10) && g->bid * 100 >= g->mark * 90)
    return sell(
        t, *g, surplus, g->bid, Way::rest,
        poor ? t.pick({"my purse is thin, I sell ", "I need pebbles: out go "}, 10) + spare
        : spoils
            ? t.pick({"before they spoil I sell ", "they will not keep, I let go "}, 10) + spare
            : t.pick({"too many in store, I sell ", "I clear out "}, 10) + spare);
  std::int64_t price = g->mark;
  std::string how = t.pick({" at the mark", " for what they are worth"}, 12);
  if (t.temper == Temper::hoards) price += g->mark * 3 / 100, how = " with patience, over the mark";
  if (t.temper == Temper::steady)
    price += g->mark * 5 / 100, how = " and not a pebble under my price";
  if (t.temper == Temper::speculates) price += g->mark / 100, how = " a tick over the mark";
  if (t.temper == Temper::distrusts)
    price = std::max(g->mark, (g->first + g->mean) / 2), how = " at what they have long been worth";
  if (t.temper == Temper::gossips && g->bid > 0 && g->mark < g->before)
    price = g->bid, how = " while the others still buy";
  return sell(
      t, *g, surplus, std::max(price, g->bid), Way::rest,
      t.pick({"I can spare ", "more than I eat: ", "the harvest leaves "}, 11) + spare + how);
}

Idea tend_orders(const Table& t) {
  if (t.messages_left < 2) return {};
  for (const Open& open : t.orders) {
    const Good* g = t.good(open.good);
    if (g == nullptr || g->halted) continue;
    const std::int64_t off = (open.price - g->mark) * 100 / g->mark;
    if (open.buy) {
      if (off > -6 && (off > -2 || !t.chance.ppm(150'000, 40))) continue;
      return act(t.pick({"my bid is ", "left behind: "}, 41) + num(-off) + " % under the mark, " +
                     t.pick({"I take it back", "no use in waiting", "out with it"}, 42),
                 "cancel", {{"order", open.order}});
    }
    // An offer that nobody takes comes down a little; a hard bargainer lets it stand longer.
    const bool give_way =
        t.round == 1 && off > 0 && t.chance.ppm(t.temper == Temper::steady ? 250'000 : 450'000, 43);
    if (off < 8 && !give_way) continue;
    const std::int64_t price =
        t.inside(*g, std::max({g->bid, g->mark, open.price - open.price * 3 / 100}));
    if (price >= open.price) continue;
    if (t.promised("no_undercut") && g->ask > 0 && price < g->ask) continue;
    return act("nobody takes my " + g->name + " at " + num(open.price) +
                   t.pick({", I come down", ", a little less then", ", so be it"}, 44),
               "replace", {{"order", open.order}, {"lots", open.lots}, {"price", price}});
  }
  return {};
}

}  // namespace wood::scripted
