#include "market/control.h"

#include <gtest/gtest.h>

#include <set>

#include "market/probe_test.h"

namespace wood {
namespace {

using enum OrderRefusal;

// The check of one rule in the report of the last message.
const ControlCheck& check_of(const Exchange& exchange, ControlRule rule) {
  const ControlReport& report = exchange.report();
  for (int i = 0; i < report.count; ++i)
    if (report.checks[static_cast<std::size_t>(i)].rule == rule)
      return report.checks[static_cast<std::size_t>(i)];
  ADD_FAILURE() << "rule not evaluated: " << name(rule);
  return report.checks[0];
}

TEST(Control, ListsEveryRuleInOrder) {
  SmallMarket m;
  EXPECT_TRUE(m.bid(m.pip, 50, 2).admitted());
  const ControlReport& report = m.exchange.report();
  ASSERT_EQ(report.count, control_rules);
  for (int i = 0; i < control_rules; ++i) {
    EXPECT_EQ(report.checks[static_cast<std::size_t>(i)].rule, static_cast<ControlRule>(i));
    EXPECT_EQ(control_rule(name(static_cast<ControlRule>(i))), static_cast<ControlRule>(i));
  }
  EXPECT_EQ(control_rule("luck"), std::nullopt);
}

TEST(Control, RefusesWhatDoesNotExist) {
  SmallMarket m;
  EXPECT_EQ(m.bid({99}, 50, 2).reason, unknown_account);
  EXPECT_EQ(m.bid({-1}, 50, 2).reason, unknown_account);
  EXPECT_EQ(m.bid(account(SourceAccount::fees), 50, 2).reason, unknown_account);
  m.good = {7};
  EXPECT_EQ(m.bid(m.pip, 50, 2).reason, unknown_good);
  EXPECT_EQ(m.exchange.report().count, 1);
}

TEST(Control, RefusesOrdersOffTheGrid) {
  SmallMarket m;
  EXPECT_EQ(m.bid(m.pip, 50, 0).reason, bad_lots);
  EXPECT_EQ(m.bid(m.pip, 50, 1'001).reason, bad_lots);
  EXPECT_EQ(m.bid(m.pip, 0, 1).reason, bad_price);
  EXPECT_EQ(m.bid(m.pip, 1'001, 1).reason, bad_price);
}

TEST(Control, CollarIsThirtyPerCentRoundTheMark) {
  SmallMarket m;
  EXPECT_EQ(m.exchange.collar(m.good).low, Ticks{35});
  EXPECT_EQ(m.exchange.collar(m.good).high, Ticks{65});
  EXPECT_EQ(m.bid(m.pip, 34, 1).reason, outside_collar);
  EXPECT_EQ(m.bid(m.pip, 66, 1).reason, outside_collar);
  EXPECT_EQ(m.bid(m.pip, 35, 1).reason, none);
  EXPECT_EQ(m.ask(m.oona, 65, 1).reason, none);
}

TEST(Control, BoundsValueAndLots) {
  SmallMarket m({.order_value_max_mp = 5'000, .order_lots_max = 12});
  EXPECT_EQ(m.bid(m.pip, 50, 10).reason, none);
  EXPECT_EQ(m.bid(m.pip, 50, 11).reason, value_too_high);
  EXPECT_EQ(m.bid(m.pip, 35, 13).reason, too_many_lots);
}

TEST(Control, BoundsMessagesATurnAndRefusedOnesCount) {
  SmallMarket m({.messages_max = 3});
  m.bid(m.pip, 50, 1);
  EXPECT_EQ(m.bid(m.pip, 66, 1).reason, outside_collar);
  EXPECT_EQ(m.bid(m.pip, 49, 1).reason, none);
  EXPECT_EQ(m.bid(m.pip, 48, 1).reason, too_many_messages);
  const OrderId open = m.exchange.book(m.good).own(m.pip)[0].id;
  EXPECT_EQ(m.exchange.cancel(m.pip, open, m.events), none);  // a cancel is never too many
  m.exchange.dusk(m.events);
  EXPECT_EQ(m.bid(m.pip, 48, 1).reason, none);
}

TEST(Control, RefusesDuplicates) {
  SmallMarket m;
  EXPECT_EQ(m.bid(m.pip, 50, 1).reason, none);
  EXPECT_EQ(m.bid(m.pip, 50, 1).reason, duplicate);
  EXPECT_EQ(m.bid(m.pip, 50, 2).reason, none);
  EXPECT_EQ(m.bid(m.oona, 50, 1).reason, none);
  m.ask(m.fenn, 60, 1);
  EXPECT_EQ(m.bid(m.pip, 0, 1, OrderKind::market).reason, none);
  EXPECT_EQ(m.bid(m.pip, 0, 1, OrderKind::market).reason, duplicate);
  m.exchange.dusk(m.events);
  EXPECT_EQ(m.bid(m.pip, 50, 1).reason, none);
}

TEST(Control, AMakerMayNotBidForItsOwnGood) {
  SmallMarket m;
  EXPECT_EQ(m.bid(m.fenn, 50, 1).reason, self_buy);
  EXPECT_EQ(m.ask(m.fenn, 50, 1).reason, none);
}

TEST(Control, PositionCountsOpenOrders) {
  SmallMarket m({.position_max = 25});
  EXPECT_EQ(m.bid(m.pip, 40, 3).reason, none);
  EXPECT_EQ(m.bid(m.pip, 41, 3).reason, position_limit);
  EXPECT_EQ(m.bid(m.pip, 41, 2).reason, none);
  EXPECT_EQ(check_of(m.exchange, ControlRule::position).inputs[2], 25);
}

TEST(Control, PositionBoundsShortsToo) {
  SmallMarket m({.position_max = 5});
  EXPECT_EQ(m.sell_short(m.pip, 50, 26).reason, position_limit);
  EXPECT_EQ(m.sell_short(m.pip, 50, 25).reason, none);
}

TEST(Control, ExposureIsOverAllGoods) {
  // pip holds 20 honey at 1,000 mp and 20 acorns at 500 mp: 30,000 mp
  SmallMarket m({.exposure_max_mp = 31'000});
  EXPECT_EQ(m.bid(m.pip, 50, 2).reason, none);
  EXPECT_EQ(m.bid(m.pip, 40, 1).reason, exposure_limit);
}

TEST(Control, GoodsPoolFundsAndMargin) {
  SmallMarket m({.shortable_lots = 10});
  EXPECT_EQ(m.ask(m.pip, 50, 21).reason, insufficient_goods);
  EXPECT_EQ(m.sell_short(m.pip, 50, 31).reason, pool_empty);
  EXPECT_EQ(m.sell_short(m.pip, 50, 30).reason, none);
  EXPECT_EQ(m.exchange.lendable(m.good), Lots{0});
  ASSERT_EQ(m.exchange.pay(m.oona, m.fenn, {99'000}), Moved::done);
  EXPECT_EQ(m.bid(m.oona, 50, 2).reason, insufficient_funds);  // 1,000 and the fee
  EXPECT_EQ(m.bid(m.oona, 49, 2).reason, none);
}

TEST(Control, AShortNeedsItsOwnPartOfTheMargin) {
  SmallMarket m;
  ASSERT_EQ(m.exchange.pay(m.pip, m.fenn, {99'000}), Moved::done);
  // 150 % of 500 less 500 of proceeds plus a fee of 1: 251 a lot
  EXPECT_EQ(m.sell_short(m.pip, 50, 24).reason, insufficient_margin);
  EXPECT_EQ(m.sell_short(m.pip, 50, 23).reason, none);
  EXPECT_EQ(m.purse(m.pip).reserved, Money{753});
  m.expect_sound();
}

TEST(Control, CreditLetsCashBeCommittedBelowZero) {
  SmallMarket m({.credit_max_mp = 1'000});
  ASSERT_EQ(m.exchange.pay(m.pip, m.fenn, {100'000}), Moved::done);
  EXPECT_EQ(m.bid(m.pip, 40, 2).reason, none);  // 802
  EXPECT_EQ(m.bid(m.pip, 41, 1).reason, insufficient_funds);
  m.ask(m.oona, 40, 2);
  EXPECT_EQ(m.purse(m.pip).cash, Money{-801});  // the fee of 0.8 is rounded up once, not twice
  m.expect_sound();
}

TEST(Control, StandingBars) {
  SmallMarket m;
  m.bid(m.pip, 50, 1);
  m.exchange.freeze(m.pip, m.events);
  EXPECT_EQ(m.exchange.book(m.good).open(), 0);
  EXPECT_EQ(m.bid(m.pip, 50, 2).reason, frozen);
  m.exchange.thaw(m.pip);
  EXPECT_EQ(m.bid(m.pip, 50, 2).reason, none);
  m.exchange.exile(m.pip, m.events);
  EXPECT_EQ(m.bid(m.pip, 50, 3).reason, exiled);
}

TEST(Control, KillSwitchCancelsEverythingOfOneOrOfAll) {
  SmallMarket m;
  m.bid(m.pip, 50, 1);
  m.bid(m.oona, 50, 1);
  m.exchange.kill(m.pip, m.events);
  EXPECT_EQ(m.exchange.book(m.good).open(), 1);
  EXPECT_EQ(m.all<OrderCancelled>().back().why, CancelReason::killed);
  EXPECT_EQ(m.bid(m.pip, 50, 2).reason, killed);
  m.exchange.kill_all(m.events);
  EXPECT_EQ(m.exchange.book(m.good).open(), 0);
  m.exchange.enable(m.pip);
  EXPECT_EQ(m.bid(m.pip, 50, 2).reason, killed);
  m.exchange.enable_all();
  EXPECT_EQ(m.bid(m.pip, 50, 2).reason, none);
  EXPECT_EQ(m.purse(m.oona).reserved, Money{0});
}

TEST(Control, TooManyFillsDisableUntilTheOperatorEnables) {
  SmallMarket m({.fills_max = 2});
  m.bid(m.pip, 40, 5);
  for (int i = 0; i < 3; ++i) m.ask(i % 2 == 0 ? m.oona : m.fenn, 50 + i, 1);
  m.bid(m.pip, 60, 3);
  ASSERT_EQ(m.all<AccountThrottled>().size(), 1u);
  EXPECT_EQ(m.all<AccountThrottled>()[0].account, m.pip);
  EXPECT_EQ(m.all<OrderCancelled>().back().why, CancelReason::throttled);
  EXPECT_EQ(m.bid(m.pip, 45, 1).reason, throttled);
  m.exchange.dusk(m.events);
  EXPECT_EQ(m.bid(m.pip, 45, 1).reason, throttled);
  m.exchange.enable(m.pip);
  EXPECT_EQ(m.bid(m.pip, 45, 1).reason, none);
  m.expect_sound();
}

TEST(Control, FillsAreCountedByTheTurn) {
  SmallMarket m({.fills_max = 1});
  m.ask(m.fenn, 50, 1);
  m.bid(m.pip, 50, 1);
  m.exchange.dusk(m.events);
  m.ask(m.fenn, 50, 1);
  m.bid(m.pip, 50, 1);
  EXPECT_TRUE(m.all<AccountThrottled>().empty());
}

TEST(Control, AnOverrideHoldsForItsAccountUntilItsTurnIsOver) {
  SmallMarket m;
  m.exchange.add_override({m.pip, ControlRule::collar, 5'000, 1, "operator"});
  EXPECT_EQ(m.bid(m.oona, 30, 1).reason, outside_collar);
  EXPECT_EQ(m.bid(m.pip, 30, 1).reason, none);
  const Json report = json(m.exchange.report(), m.exchange);
  const Json& line = report.at("checks").items()[static_cast<std::size_t>(ControlRule::collar)];
  EXPECT_EQ(line.dump(),
            R"({"inputs":{"high":75,"low":25,"mark":50,"price":30},"limit":5000,)"
            R"("override":{"until":1,"who":"operator"},"pass":true,"reason":"none",)"
            R"("rule":"collar"})");
  m.exchange.dusk(m.events);
  EXPECT_TRUE(m.exchange.overrides().empty());
  EXPECT_EQ(m.bid(m.pip, 30, 1).reason, outside_collar);
}

TEST(Control, TheLastOverrideHoldsAndMayBeForEverybody) {
  SmallMarket m;
  for (const auto rule : {ControlRule::order_value, ControlRule::order_lots, ControlRule::position,
                          ControlRule::messages, ControlRule::exposure, ControlRule::funds,
                          ControlRule::throttle})
    m.exchange.add_override({{}, rule, 1, 9, "operator"});
  EXPECT_EQ(m.bid(m.pip, 50, 2).reason, value_too_high);
  EXPECT_EQ(check_of(m.exchange, ControlRule::order_lots).reason, too_many_lots);
  EXPECT_EQ(check_of(m.exchange, ControlRule::position).reason, position_limit);
  EXPECT_EQ(check_of(m.exchange, ControlRule::exposure).reason, exposure_limit);
  EXPECT_EQ(check_of(m.exchange, ControlRule::throttle).limit, 1);
  m.exchange.add_override({m.pip, ControlRule::order_value, 100'000, 9, "operator"});
  m.bid(m.pip, 50, 2);
  EXPECT_TRUE(check_of(m.exchange, ControlRule::order_value).passed());
  EXPECT_EQ(check_of(m.exchange, ControlRule::messages).reason, too_many_messages);
}

TEST(ControlDeath, ARuleWithoutANumberHasNoOverride) {
  SmallMarket m;
  EXPECT_DEATH(m.exchange.add_override({m.pip, ControlRule::self_buy, 1, 9, "x"}), "false");
}

TEST(Control, TheReportNamesTheVersionAndTheFirstRefusal) {
  SmallMarket m;
  MarketLimits limits;
  limits.version = 4;
  m.exchange.set_limits(limits);
  m.bid(m.fenn, 90, 70);
  const Json report = json(m.exchange.report(), m.exchange);
  EXPECT_EQ(report.at("limit_version").integer(), 4);
  EXPECT_EQ(report.at("reason").string(), "outside_collar");
  EXPECT_FALSE(report.at("pass").boolean());
  EXPECT_FALSE(check_of(m.exchange, ControlRule::self_buy).passed());
}

TEST(Control, ReasonNamesAreDistinct) {
  std::set<std::string> seen;
  for (int i = 0; i <= static_cast<int>(insufficient_margin); ++i)
    EXPECT_TRUE(seen.insert(name(static_cast<OrderRefusal>(i))).second);
}

TEST(Limits, ReadFromAScenarioAndBack) {
  const Json table = parse_json(R"({"fee_bps":25,"collar_bps":1000,"duplicate_check":false})")
                         .value();
  const auto limits = limits_from(table);
  ASSERT_TRUE(limits.has_value());
  EXPECT_EQ(limits->fee_bps, 25);
  EXPECT_FALSE(limits->duplicate_check);
  EXPECT_EQ(limits->order_lots_max, MarketLimits{}.order_lots_max);
  const auto again = limits_from(json(*limits));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, *limits);
}

TEST(Limits, NameEveryFault) {
  const auto bad = limits_from(
      parse_json(R"({"fee_bps":-1,"colar_bps":1,"margin_maintenance_bps":20000})").value());
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().code, Errc::schema);
  for (const char* part : {"market.fee_bps", "colar_bps", "collar_bps", "margin_maintenance_bps"})
    EXPECT_NE(bad.error().what.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace wood
