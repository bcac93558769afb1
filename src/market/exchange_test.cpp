#include "market/exchange.h"

#include <gtest/gtest.h>

#include "market/probe_test.h"

namespace wood {
namespace {

using enum OrderRefusal;

TEST(Exchange, SettlesATradeWithFeesFromBothSides) {
  SmallMarket m;
  m.ask(m.fenn, 50, 4);
  const Placed placed = m.bid(m.pip, 55, 3);
  EXPECT_EQ(placed.filled, Lots{3});
  EXPECT_EQ(placed.value, Money{1'500});
  EXPECT_EQ(placed.resting, Lots{0});
  EXPECT_EQ(m.purse(m.pip).cash, Money{100'000 - 1'500 - 2});
  EXPECT_EQ(m.purse(m.fenn).cash, Money{100'000 + 1'500 - 2});
  EXPECT_EQ(m.exchange.accounts().at(account(SourceAccount::fees)).purse.cash, Money{4});
  EXPECT_EQ(m.stock(m.pip).held, Lots{23});
  EXPECT_EQ(m.stock(m.fenn).reserved, Lots{1});
  m.expect_sound();
}

TEST(Exchange, ReservesWhatARestingOrderMayCost) {
  SmallMarket m;
  m.bid(m.pip, 50, 3);
  EXPECT_EQ(m.purse(m.pip).reserved, Money{3 * 501});
  m.ask(m.oona, 50, 2);
  EXPECT_EQ(m.purse(m.pip).reserved, Money{501});
  m.exchange.cancel_all(m.pip, m.events);
  EXPECT_EQ(m.purse(m.pip).reserved, Money{0});
  EXPECT_EQ(m.stock(m.pip).bids, Lots{0});
  m.expect_sound();
}

TEST(Exchange, OnlyTheOwnerCancelsOrReplaces) {
  SmallMarket m;
  const OrderId id = m.bid(m.pip, 50, 3).order;
  EXPECT_EQ(m.exchange.cancel(m.oona, id, m.events), not_yours);
  EXPECT_EQ(m.exchange.replace({m.oona, id, {50}, {1}}, m.events).reason, not_yours);
  EXPECT_EQ(m.exchange.cancel(m.pip, {998}, m.events), unknown_order);
  EXPECT_EQ(m.exchange.cancel({77}, id, m.events), unknown_account);
  EXPECT_EQ(m.exchange.replace({m.pip, {-1}, {50}, {1}}, m.events).reason, unknown_order);
  EXPECT_EQ(m.exchange.cancel(m.pip, id, m.events), none);
  EXPECT_EQ(m.exchange.cancel(m.pip, id, m.events), unknown_order);
}

TEST(Exchange, AReplaceIsCheckedAsThoughTheOldOrderWereGone) {
  SmallMarket m;
  ASSERT_EQ(m.exchange.pay(m.pip, m.oona, {98'000}), Moved::done);
  const OrderId id = m.bid(m.pip, 50, 3).order;
  EXPECT_EQ(m.exchange.replace({m.pip, id, {51}, {4}}, m.events).reason, insufficient_funds);
  EXPECT_EQ(m.exchange.order(id)->price, Ticks{50});
  EXPECT_TRUE(m.exchange.replace({m.pip, id, {49}, {4}}, m.events).admitted());
  EXPECT_EQ(m.exchange.order(id)->lots, Lots{4});
  EXPECT_EQ(m.purse(m.pip).reserved, Money{4 * 491});
  EXPECT_FALSE(m.all<OrderReplaced>().back().kept_priority);
  EXPECT_TRUE(m.exchange.replace({m.pip, id, {49}, {2}}, m.events).admitted());
  EXPECT_TRUE(m.all<OrderReplaced>().back().kept_priority);
  EXPECT_EQ(m.purse(m.pip).reserved, Money{2 * 491});
  m.expect_sound();
}

TEST(Exchange, AShortIsBorrowedWhenItTradesAndClosedByBuying) {
  SmallMarket m;
  EXPECT_TRUE(m.sell_short(m.pip, 50, 25).admitted());
  EXPECT_EQ(m.stock(m.pip).reserved, Lots{20});
  EXPECT_EQ(m.exchange.lendable(m.good), Lots{35});
  m.bid(m.oona, 50, 22);
  EXPECT_EQ(m.stock(m.pip).borrowed, Lots{2});
  EXPECT_EQ(m.all<Trade>()[0].borrowed, Lots{2});
  EXPECT_EQ(m.purse(m.pip).margin, Money{2 * 750});
  m.expect_sound();
  m.exchange.cancel_all(m.pip, m.events);
  m.ask(m.oona, 48, 3);
  m.bid(m.pip, 48, 3);
  EXPECT_EQ(m.all<Trade>()[1].returned, Lots{2});
  EXPECT_EQ(m.stock(m.pip).borrowed, Lots{0});
  EXPECT_EQ(m.stock(m.pip).held, Lots{1});
  EXPECT_EQ(m.purse(m.pip).margin, Money{0});
  EXPECT_EQ(m.exchange.lendable(m.good), Lots{40});
  m.expect_sound();
}

TEST(Exchange, AShortMayBeClosedWithTheMoneyThatSecuresIt) {
  SmallMarket m;
  ASSERT_EQ(m.exchange.pay(m.pip, m.oona, {99'000}), Moved::done);
  m.bid(m.oona, 50, 23);
  EXPECT_TRUE(m.sell_short(m.pip, 50, 23).admitted());
  ASSERT_EQ(m.exchange.pay(m.pip, m.oona, m.purse(m.pip).free()), Moved::done);
  EXPECT_EQ(m.exchange.pay(m.pip, m.oona, {1}), Moved::short_of_money);
  m.ask(m.fenn, 55, 3);
  EXPECT_EQ(m.bid(m.pip, 55, 3).filled, Lots{3});
  EXPECT_EQ(m.stock(m.pip).borrowed, Lots{0});
  m.expect_sound();
}

TEST(Exchange, ABidFarBelowTheMarketFreesNoMargin) {
  SmallMarket m;
  m.bid(m.oona, 50, 24);
  m.sell_short(m.pip, 50, 24);
  const Money free = m.purse(m.pip).free();
  EXPECT_TRUE(m.bid(m.pip, 35, 4).admitted());
  EXPECT_EQ(m.purse(m.pip).free(), free);
  m.expect_sound();
}

TEST(Exchange, AShortAskLapsesAtDusk) {
  SmallMarket m;
  m.sell_short(m.pip, 50, 25);
  m.ask(m.oona, 52, 3);
  m.exchange.dusk(m.events);
  EXPECT_EQ(m.all<OrderCancelled>()[0].why, CancelReason::lapsed);
  EXPECT_EQ(m.exchange.lendable(m.good), Lots{40});
  EXPECT_EQ(m.exchange.book(m.good).open(), 1);
  m.expect_sound();
}

TEST(Exchange, ATradeOutsideTheBandHaltsTheGoodForTheTurn) {
  SmallMarket m;
  m.ask(m.fenn, 50, 1);
  m.ask(m.fenn, 65, 5);
  m.exchange.decree(m.good, {45}, m.events);  // now the collar ends at 58
  const Placed placed = m.bid(m.pip, 0, 3, OrderKind::market);
  EXPECT_EQ(placed.filled, Lots{1});
  const auto halts = m.all<TradingHalted>();
  ASSERT_EQ(halts.size(), 1u);
  EXPECT_EQ(halts[0].price, Ticks{65});
  EXPECT_EQ(halts[0].high, Ticks{58});
  EXPECT_EQ(halts[0].until, 1);
}

TEST(Exchange, AWouldBeTradeOutsideTheBandHaltsTheGood) {
  SmallMarket m;
  m.ask(m.fenn, 40, 5);
  m.exchange.decree(m.good, {60}, m.events);  // the collar begins at 42
  const Placed placed = m.bid(m.pip, 50, 3);
  EXPECT_EQ(placed.filled, Lots{0});
  EXPECT_EQ(m.all<OrderCancelled>().back().why, CancelReason::halted);
  ASSERT_EQ(m.all<TradingHalted>().size(), 1u);
  EXPECT_EQ(m.all<TradingHalted>()[0].price, Ticks{40});
  EXPECT_TRUE(m.exchange.halted(m.good));
  EXPECT_EQ(m.bid(m.pip, 51, 3).reason, halted);
  EXPECT_FALSE(m.exchange.halted(m.honey));
  m.exchange.cancel_all(m.fenn, m.events);
  m.exchange.dusk(m.events);
  EXPECT_EQ(m.all<TradingResumed>().size(), 1u);
  EXPECT_EQ(m.bid(m.pip, 51, 3).reason, none);
}

TEST(Exchange, TheDynamicBandGoesByTheLastTrade) {
  SmallMarket m({.dynamic_bps = 500, .halt_turns = 1});
  m.ask(m.fenn, 50, 1);
  m.bid(m.pip, 50, 1);
  EXPECT_EQ(m.exchange.collar(m.good).high, Ticks{52});
  m.exchange.halt(m.good, 2, m.events);
  m.exchange.dusk(m.events);
  EXPECT_TRUE(m.exchange.halted(m.good));
  m.exchange.resume(m.good, m.events);
  EXPECT_FALSE(m.exchange.halted(m.good));
  EXPECT_EQ(m.exchange.collar(m.good).high, Ticks{65});
}

TEST(Exchange, MarksAtDusk) {
  SmallMarket m;
  m.ask(m.fenn, 50, 1);
  m.bid(m.pip, 50, 1);
  m.ask(m.fenn, 54, 3);
  m.bid(m.pip, 54, 3);
  m.good = m.honey;
  m.bid(m.pip, 80, 1);
  m.ask(m.oona, 101, 1);
  m.exchange.dusk(m.events);
  EXPECT_EQ(m.exchange.mark(m.acorns), Ticks{53});  // (50 + 3·54) / 4
  EXPECT_EQ(m.exchange.mark(m.honey), Ticks{90});   // 90.5 to even
  const auto marked = m.all<Marked>();
  EXPECT_EQ(marked[0].from, Marked::From::mid);
  EXPECT_EQ(marked[1].from, Marked::From::trades);
  EXPECT_EQ(marked[1].open, Ticks{50});
  EXPECT_EQ(marked[1].high, Ticks{54});
  EXPECT_EQ(marked[1].low, Ticks{50});
  EXPECT_EQ(marked[1].close, Ticks{54});
  EXPECT_EQ(m.exchange.yesterday(m.acorns).volume, Lots{4});
  EXPECT_EQ(m.exchange.today(m.acorns).volume, Lots{0});
  EXPECT_EQ(m.exchange.turn(), 2);
  m.exchange.cancel_all(m.pip, m.events);
  m.exchange.dusk(m.events);
  EXPECT_EQ(m.all<Marked>()[2].from, Marked::From::unchanged);
  EXPECT_EQ(m.exchange.marks(m.honey), (std::vector<Ticks>{{100}, {90}, {90}}));
}

// pip has sold 24 acorns, 4 of them short, the turn before, and has `cash` left.
SmallMarket with_short(std::int64_t cash, MarketLimits limits = {}) {
  SmallMarket m(limits);
  m.bid(m.oona, 50, 24);
  m.sell_short(m.pip, 50, 24);
  EXPECT_EQ(m.stock(m.pip).borrowed, Lots{4});
  m.exchange.dusk(m.events);
  EXPECT_EQ(m.exchange.pay(m.pip, m.oona, m.purse(m.pip).cash - Money{cash}), Moved::done);
  m.events.clear();
  return m;
}

TEST(Exchange, ABorrowerPaysAFeeEachDusk) {
  SmallMarket m = with_short(3'000);
  m.exchange.dusk(m.events);
  ASSERT_EQ(m.all<BorrowCharged>().size(), 1u);
  EXPECT_EQ(m.all<BorrowCharged>()[0].fee, Money{10});  // 0.5 % of 4 × 500
  EXPECT_EQ(m.purse(m.pip).cash, Money{2'990});
  EXPECT_TRUE(m.all<MarginCalled>().empty());
  m.expect_sound();
}

TEST(Exchange, AFeeBeyondTheFreeMoneyCancelsWhatReservesIt) {
  SmallMarket m = with_short(98'000, {.borrow_fee_bps = 10'000});
  m.good = m.honey;
  EXPECT_TRUE(m.bid(m.pip, 100, 60).admitted());
  EXPECT_TRUE(m.bid(m.pip, 99, 34).admitted());
  m.exchange.decree(m.acorns, {500}, m.events);  // cash is four times the short: no margin call
  m.exchange.dusk(m.events);
  EXPECT_TRUE(m.all<MarginCalled>().empty());
  EXPECT_EQ(m.all<OrderCancelled>().size(), 2u);
  EXPECT_EQ(m.all<BorrowCharged>()[0].fee, Money{20'000});
  EXPECT_EQ(m.purse(m.pip).cash, Money{78'000});
  m.expect_sound();
}

TEST(Exchange, AShortUnderTheInitialMarginMayStillBeClosed) {
  SmallMarket m = with_short(3'000);
  m.exchange.decree(m.good, {55}, m.events);
  EXPECT_EQ(m.purse(m.pip).free(), Money{-300});
  EXPECT_EQ(m.bid(m.pip, 55, 5).reason, insufficient_funds);  // one more than it owes
  EXPECT_EQ(m.bid(m.pip, 55, 4).reason, none);
  m.ask(m.oona, 55, 4);
  EXPECT_EQ(m.stock(m.pip).borrowed, Lots{0});
  m.expect_sound();
}

TEST(Exchange, AReplacedShortAskMayKeepItsClaimOnThePool) {
  SmallMarket m({.shortable_lots = 5});
  const OrderId id = m.sell_short(m.pip, 50, 25).order;
  EXPECT_EQ(m.exchange.lendable(m.good), Lots{0});
  EXPECT_TRUE(m.exchange.replace({m.pip, id, {51}, {25}}, m.events).admitted());
  EXPECT_EQ(m.exchange.replace({m.pip, id, {51}, {26}}, m.events).reason, pool_empty);
  EXPECT_TRUE(m.exchange.replace({m.pip, id, {51}, {22}}, m.events).admitted());
  EXPECT_EQ(m.exchange.lendable(m.good), Lots{3});
  m.expect_sound();
}

TEST(Exchange, UnderTheMaintenanceMarginShortsAreBoughtInFromTheBook) {
  SmallMarket m = with_short(3'000);
  m.good = m.honey;
  m.bid(m.pip, 80, 1);  // takes part of the money, and is cancelled by the call
  m.good = m.acorns;
  m.ask(m.fenn, 60, 3);
  m.exchange.decree(m.good, {65}, m.events);  // owes 2,600: 120 % is 3,120
  m.exchange.dusk(m.events);                  // no trades and no bid: the mark stays
  ASSERT_EQ(m.all<MarginCalled>().size(), 1u);
  EXPECT_EQ(m.all<MarginCalled>()[0].short_value, Money{2'600});
  ASSERT_EQ(m.all<Trade>().size(), 1u);
  EXPECT_EQ(m.all<Trade>()[0].price, Ticks{60});
  ASSERT_EQ(m.all<BoughtIn>().size(), 1u);
  EXPECT_EQ(m.all<BoughtIn>()[0].lots, Lots{1});
  EXPECT_EQ(m.all<BoughtIn>()[0].price, Ticks{85});  // 65 and 30 %, rounded up
  EXPECT_EQ(m.stock(m.pip).borrowed, Lots{0});
  EXPECT_EQ(m.exchange.lendable(m.good), Lots{40});
  EXPECT_EQ(m.exchange.accounts().stock(account(SourceAccount::imports), m.good).held, Lots{-1});
  EXPECT_EQ(m.purse(m.pip).cash, Money{3'000 - 13 - 1'802 - 850});
  EXPECT_EQ(m.exchange.today(m.good).volume, Lots{3});
  m.expect_sound();
}

TEST(Exchange, TheGuaranteePaysWhatABuyInCostsBeyondTheCash) {
  SmallMarket m = with_short(3'000);
  m.exchange.decree(m.good, {500}, m.events);
  m.exchange.dusk(m.events);
  const auto paid = m.all<Guaranteed>();
  ASSERT_EQ(paid.size(), 1u);
  EXPECT_EQ(paid[0].shortfall, Money{4 * 6'500 - (3'000 - 100)});
  EXPECT_EQ(m.purse(m.pip).cash, Money{0});
  EXPECT_EQ(m.exchange.accounts().at(account(SourceAccount::guarantee)).purse.cash,
            -paid[0].shortfall);
  m.expect_sound();
}

TEST(Exchange, GoodsThatComeCloseAShortAtDusk) {
  SmallMarket m = with_short(3'000);
  ASSERT_EQ(m.exchange.give(m.good, account(SourceAccount::production), m.pip, {6}), Moved::done);
  m.exchange.dusk(m.events);
  EXPECT_EQ(m.stock(m.pip).held, Lots{2});
  EXPECT_EQ(m.stock(m.pip).borrowed, Lots{0});
  EXPECT_TRUE(m.all<BorrowCharged>().empty());
  m.expect_sound();
}

TEST(Exchange, TakingGoodsAndMoneyCancelsWhatReservesThem) {
  SmallMarket m;
  m.ask(m.pip, 50, 15);
  m.ask(m.pip, 52, 4);
  const AccountId meal = account(SourceAccount::meal), fine = account(SourceAccount::fine);
  EXPECT_EQ(m.exchange.give(m.good, m.pip, meal, {2}), Moved::short_of_goods);
  EXPECT_EQ(m.exchange.take_goods(m.good, m.pip, meal, {2}, m.events), Lots{2});
  EXPECT_EQ(m.exchange.book(m.good).open(), 1);  // the newer went
  EXPECT_EQ(m.all<OrderCancelled>().back().why, CancelReason::needed);
  EXPECT_EQ(m.exchange.take_goods(m.good, m.pip, meal, {100}, m.events), Lots{18});
  m.good = m.honey;
  m.bid(m.pip, 100, 60);
  m.bid(m.pip, 90, 30);
  EXPECT_EQ(m.exchange.pay(m.pip, fine, {20'000}), Moved::short_of_money);
  EXPECT_EQ(m.exchange.take_money(m.pip, fine, {20'000}, m.events), Money{20'000});
  EXPECT_EQ(m.exchange.book(m.good).open(), 1);
  EXPECT_EQ(m.exchange.take_money(m.pip, fine, {200'000}, m.events), Money{80'000});
  EXPECT_EQ(m.purse(m.pip).cash, Money{0});
  m.expect_sound();
}

TEST(Exchange, RisingFeesDoNotOverdrawAdmittedBids) {
  SmallMarket m;
  m.bid(m.pip, 50, 2);
  MarketLimits dear;
  dear.version = 2;
  dear.fee_bps = 500;
  m.exchange.set_limits(dear);
  m.ask(m.oona, 50, 2);
  EXPECT_EQ(m.all<Trade>()[0].buyer_fee, Money{2});
  EXPECT_EQ(m.all<Trade>()[0].seller_fee, Money{50});
  m.expect_sound();
}

TEST(Exchange, SelfTradesAreCancelledAndBooked) {
  SmallMarket m;
  m.ask(m.pip, 50, 2);
  EXPECT_EQ(m.bid(m.pip, 50, 3).filled, Lots{0});
  EXPECT_EQ(m.all<OrderCancelled>().back().why, CancelReason::self_trade);
  EXPECT_EQ(m.purse(m.pip).reserved, Money{0});
  m.expect_sound();
}

TEST(Exchange, LooksUpGoodsAndOrders) {
  SmallMarket m;
  EXPECT_EQ(m.exchange.good("acorns"), m.acorns);
  EXPECT_FALSE(m.exchange.good("gold").some());
  const OrderId id = m.bid(m.pip, 50, 1).order;
  EXPECT_EQ(m.exchange.good_of(id), m.acorns);
  EXPECT_EQ(m.exchange.order(id)->owner, m.pip);
  EXPECT_EQ(m.exchange.order({}), nullptr);
}

TEST(Event, EveryKindHasAWordAndABody) {
  SmallMarket m;
  const AccountId a = m.pip;
  const GoodId g = m.honey;
  const MarketEvents events{
      OrderRested{{1}, a, g, Side::bid, {2}, {3}},
      OrderCancelled{{1}, a, g, Side::bid, {2}, {3}, CancelReason::asked},
      OrderReplaced{{1}, a, g, Side::ask, {2}, {3}, true},
      Trade{g, {2}, {3}, {4}, {5}, Side::bid, a, m.oona, {6}, {7}, {8}, {9}, {10}},
      TradingHalted{g, {2}, {3}, {4}, 5}, TradingResumed{g}, AccountThrottled{a, 3},
      BorrowCharged{a, g, {1}, {2}}, MarginCalled{a, {1}, {2}}, BoughtIn{a, g, {1}, {2}, {3}},
      Guaranteed{a, {1}}, Marked{g, {1}, {2}, {3}, {4}, {5}, {6}, {7}, Marked::From::decree}};
  for (const MarketEvent& event : events)
    EXPECT_EQ(json(event, m.exchange).at("event").string(), name(event));
  EXPECT_EQ(json(events[3], m.exchange).dump(),
            R"({"borrowed":8,"buyer":"pip","buyer_fee_mp":6,"event":"trade","good":"honey",)"
            R"("lots":3,"maker":5,"maker_left":10,"price":2,"returned":9,"seller":"oona",)"
            R"("seller_fee_mp":7,"taker":4,"taker_side":"bid"})");
}

}  // namespace
}  // namespace wood
