// Everything that can influence the future is in the state: change any field, and it differs.
#include <gtest/gtest.h>

#include <set>

#include "market/probe_test.h"

namespace wood {
namespace {

// A market in which every kind of thing is present.
SmallMarket busy() {
  SmallMarket m({.messages_max = 50});
  m.bid(m.oona, 50, 24);
  m.sell_short(m.pip, 50, 24);
  m.exchange.dusk(m.events);
  m.exchange.add_override({m.pip, ControlRule::collar, 4'000, 9, "operator"});
  m.exchange.halt(m.honey, 2, m.events);
  m.bid(m.oona, 48, 2);
  m.bid(m.pip, 48, 3);
  m.bid(m.pip, 47, 1);
  m.ask(m.fenn, 55, 4);
  m.sell_short(m.fenn, 56, 18);
  m.bid(m.pip, 55, 1);
  return m;
}

using Change = std::function<void(SmallMarket&)>;
struct Named {
  const char* name;
  Change change;
};

void add(std::vector<Named>& out, const char* name, std::int64_t& (*field)(SmallMarket&)) {
  out.push_back({name, [field](SmallMarket& m) { ++field(m); }});
}

auto& line(SmallMarket& m) { return MarketProbe::lines(m.exchange)[1]; }
Account& pip(SmallMarket& m) { return MarketProbe::accounts(m.exchange).at(m.pip); }
Stock& stock(SmallMarket& m) { return MarketProbe::accounts(m.exchange).stock(m.pip, m.good); }
Order& order(SmallMarket& m) { return MarketProbe::nodes(line(m).book)[2].order; }
auto& last(SmallMarket& m) {
  return MarketProbe::last(m.exchange)[static_cast<std::size_t>(m.pip.value * 2 + 1)];
}

#define FIELD(expression) \
  add(out, #expression, +[](SmallMarket& m) -> std::int64_t& { return expression; })
#define CHANGE(text) out.push_back({#text, [](SmallMarket& m) { text; }})

std::vector<Named> exchange_changes() {
  std::vector<Named> out;
  FIELD(MarketProbe::turn(m.exchange));
  CHANGE(MarketProbe::killed_all(m.exchange) = true);
  FIELD(MarketProbe::overrides(m.exchange)[0].account.value);
  FIELD(MarketProbe::overrides(m.exchange)[0].limit);
  FIELD(MarketProbe::overrides(m.exchange)[0].until);
  CHANGE(MarketProbe::overrides(m.exchange)[0].rule = ControlRule::messages);
  CHANGE(MarketProbe::overrides(m.exchange)[0].who = "somebody");
  CHANGE(MarketProbe::overrides(m.exchange).clear());
  FIELD(line(m).instrument.tick_mp);
  FIELD(line(m).instrument.opening.value);
  FIELD(line(m).instrument.price_max.value);
  FIELD(line(m).instrument.lots_max.value);
  CHANGE(line(m).instrument.name = "nuts");
  FIELD(line(m).mark.value);
  FIELD(line(m).margin_lot.value);
  FIELD(line(m).marks[0].value);
  CHANGE(line(m).marks.pop_back());
  FIELD(line(m).day.open.value);
  FIELD(line(m).day.high.value);
  FIELD(line(m).day.low.value);
  FIELD(line(m).day.last.value);
  FIELD(line(m).day.volume.value);
  FIELD(line(m).day.price_lots);
  FIELD(line(m).before.open.value);
  FIELD(line(m).before.high.value);
  FIELD(line(m).before.low.value);
  FIELD(line(m).before.last.value);
  FIELD(line(m).before.volume.value);
  FIELD(line(m).before.price_lots);
  FIELD(line(m).halted_until);
  FIELD(last(m).turn);
  FIELD(last(m).price.value);
  FIELD(last(m).lots.value);
  CHANGE(last(m).side = other(last(m).side));
  CHANGE(last(m).kind = OrderKind::ioc);
  return out;
}

std::vector<Named> limit_changes() {
  std::vector<Named> out;
  FIELD(MarketProbe::limits(m.exchange).version);
  FIELD(MarketProbe::limits(m.exchange).fee_bps);
  FIELD(MarketProbe::limits(m.exchange).collar_bps);
  FIELD(MarketProbe::limits(m.exchange).dynamic_bps);
  FIELD(MarketProbe::limits(m.exchange).halt_turns);
  FIELD(MarketProbe::limits(m.exchange).order_value_max_mp);
  FIELD(MarketProbe::limits(m.exchange).order_lots_max);
  FIELD(MarketProbe::limits(m.exchange).messages_max);
  FIELD(MarketProbe::limits(m.exchange).fills_max);
  FIELD(MarketProbe::limits(m.exchange).position_max);
  FIELD(MarketProbe::limits(m.exchange).exposure_max_mp);
  FIELD(MarketProbe::limits(m.exchange).credit_max_mp);
  FIELD(MarketProbe::limits(m.exchange).margin_initial_bps);
  FIELD(MarketProbe::limits(m.exchange).margin_maintenance_bps);
  FIELD(MarketProbe::limits(m.exchange).borrow_fee_bps);
  FIELD(MarketProbe::limits(m.exchange).buy_in_bps);
  FIELD(MarketProbe::limits(m.exchange).shortable_lots);
  CHANGE(MarketProbe::limits(m.exchange).duplicate_check = false);
  return out;
}

std::vector<Named> account_changes() {
  std::vector<Named> out;
  FIELD(pip(m).purse.cash.value);
  FIELD(pip(m).purse.reserved.value);
  FIELD(pip(m).purse.margin.value);
  FIELD(pip(m).messages);
  FIELD(pip(m).fills);
  FIELD(pip(m).makes.value);
  CHANGE(pip(m).source = true);
  CHANGE(pip(m).standing.frozen = true);
  CHANGE(pip(m).standing.exiled = true);
  CHANGE(pip(m).standing.killed = true);
  CHANGE(pip(m).standing.throttled = true);
  FIELD(stock(m).held.value);
  FIELD(stock(m).reserved.value);
  FIELD(stock(m).borrowed.value);
  FIELD(stock(m).bids.value);
  FIELD(stock(m).asks.value);
  FIELD(stock(m).bid_hold.value);
  FIELD(stock(m).ask_hold.value);
  FIELD(stock(m).margin.value);
  FIELD(stock(m).cost.value);
  FIELD(stock(m).realised.value);
  CHANGE(MarketProbe::name(MarketProbe::accounts(m.exchange), m.pip) = "pop");
  CHANGE(m.exchange.open({"another", {}}));
  return out;
}

std::vector<Named> book_changes() {
  std::vector<Named> out;
  FIELD(order(m).id.value);
  FIELD(order(m).owner.value);
  CHANGE(order(m).side = other(order(m).side));
  FIELD(order(m).price.value);
  FIELD(order(m).lots.value);
  FIELD(order(m).borrow.value);
  FIELD(order(m).hold.value);
  FIELD(order(m).turn);
  FIELD(MarketProbe::count(line(m).book));
  // Who is first in the queue at 48, with the same orders in it.
  CHANGE(std::swap(MarketProbe::nodes(line(m).book)[0].order,
                   MarketProbe::nodes(line(m).book)[1].order));
  return out;
}

TEST(State, ChangesWithEveryField) {
  const SmallMarket untouched = busy();
  untouched.expect_sound();
  ASSERT_EQ(busy().state(), untouched.state());
  std::set<Bytes> seen{untouched.state()};
  std::size_t changes = 0;
  for (const auto& list : {exchange_changes(), limit_changes(), account_changes(), book_changes()})
    for (const Named& one : list) {
      SmallMarket m = busy();
      one.change(m);
      EXPECT_TRUE(seen.insert(m.state()).second) << one.name;
      ++changes;
    }
  EXPECT_GT(changes, 85u);
}

TEST(State, TellsApartWhichOrderAnAccountJoinedLast) {
  const auto after = [](std::int64_t first, std::int64_t second) {
    SmallMarket m;
    m.bid(m.pip, 40, 1);
    m.bid(m.pip, 45, 1);
    // Both end as one order at 41 and one at 46; which is the newer differs.
    const auto move = [&](std::int64_t from, std::int64_t to) {
      for (const Order& open : m.exchange.book(m.good).own(m.pip))
        if (open.price == Ticks{from}) m.exchange.replace({m.pip, open.id, {to}, {1}}, m.events);
    };
    move(first, first + 1);
    move(second, second + 1);
    return m.state();
  };
  EXPECT_NE(after(40, 45), after(45, 40));
}

TEST(Invariants, EachIsSeenWhenBroken) {
  const std::vector<Change> damages{
      [](SmallMarket& m) { pip(m).purse.cash += {1}; },
      [](SmallMarket& m) { pip(m).purse.reserved += {1}; },
      [](SmallMarket& m) { pip(m).purse.margin += {1}; },
      [](SmallMarket& m) { pip(m).standing.frozen = true; },
      [](SmallMarket& m) { stock(m).held += {1}; },
      [](SmallMarket& m) { stock(m).reserved += {1}; },
      [](SmallMarket& m) { stock(m).borrowed += {1}; },
      [](SmallMarket& m) { stock(m).bids += {1}; },
      [](SmallMarket& m) { stock(m).asks += {1}; },
      [](SmallMarket& m) { stock(m).bid_hold += {1}; },
      [](SmallMarket& m) { stock(m).ask_hold += {1}; },
      [](SmallMarket& m) { stock(m).margin += {1}; },
      [](SmallMarket& m) { line(m).pool += {1}; },
      [](SmallMarket& m) { order(m).lots += {1}; },
      [](SmallMarket& m) { order(m).hold += {1}; },
      [](SmallMarket& m) { MarketProbe::bid(line(m).book) = {60}; },
      [](SmallMarket& m) {  // overdrawn, in balanced books
        MarketProbe::accounts(m.exchange).pay(m.pip, m.oona, {200'000});
      },
      [](SmallMarket& m) {
        const AccountId pool = account(SourceAccount::pool);
        MarketProbe::accounts(m.exchange).stock(pool, m.good).reserved += {1};
      },
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    SmallMarket m = busy();
    damages[i](m);
    EXPECT_FALSE(m.exchange.invariants().empty()) << "damage " << i;
  }
}

}  // namespace
}  // namespace wood
