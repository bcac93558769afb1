#include "market/portfolio.h"

#include <gtest/gtest.h>

#include "market/probe_test.h"

namespace wood {
namespace {

TEST(Portfolio, ValuesPositionsAtTheMarks) {
  SmallMarket m;
  m.ask(m.fenn, 55, 5);
  m.bid(m.pip, 55, 5);
  const Portfolio p = portfolio(m.exchange, m.pip);
  ASSERT_EQ(p.positions.size(), 2u);
  const Position& acorns = p.positions[1];
  EXPECT_EQ(acorns.net, Lots{25});
  EXPECT_EQ(acorns.average, Money{510});  // 20 that came at 500, 5 at 550 and a fee of 3
  EXPECT_EQ(acorns.value, Money{12'500});
  EXPECT_EQ(acorns.unrealised, Money{-253});
  EXPECT_EQ(acorns.delta, Money{250});
  EXPECT_EQ(p.cash, Money{100'000 - 2'753});
  EXPECT_EQ(p.worth, Money{100'000 - 2'753 + 12'500 + 20'000});
  EXPECT_EQ(p.gross, p.net);
  EXPECT_EQ(p.margin_bps, 0);
}

TEST(Portfolio, AShortCountsAgainst) {
  SmallMarket m;
  m.bid(m.oona, 50, 24);
  m.sell_short(m.pip, 50, 24);
  m.exchange.decree(m.good, {60}, m.events);
  const Portfolio p = portfolio(m.exchange, m.pip);
  const Position& acorns = p.positions[1];
  EXPECT_EQ(acorns.net, Lots{-4});
  EXPECT_EQ(acorns.value, Money{-2'400});
  EXPECT_EQ(acorns.average, Money{500});          // 1,998 over 4, to even
  EXPECT_EQ(acorns.unrealised, Money{1'998 - 2'400});
  EXPECT_EQ(acorns.realised, Money{-10});         // 20 sold at what they came for, less fees
  EXPECT_EQ(p.gross, Money{20'000 + 2'400});
  EXPECT_EQ(p.net, Money{20'000 - 2'400});
  EXPECT_EQ(p.margin_bps, (100'000 + 12'000 - 12) * 10'000 / 2'400);
}

TEST(Portfolio, RendersNamesAndUnits) {
  SmallMarket m;
  const Json body = json(portfolio(m.exchange, m.pip), m.exchange);
  EXPECT_EQ(body.at("cash_mp").integer(), 100'000);
  EXPECT_EQ(body.at("positions").items()[1].at("good").string(), "acorns");
  EXPECT_EQ(body.at("positions").items()[1].at("average_mp").integer(), 500);
}

TEST(WhatIf, TellsAverageSlippageAndRestWithoutTouchingAnything) {
  SmallMarket m;
  m.bid(m.oona, 48, 1);
  m.ask(m.fenn, 52, 2);
  m.ask(m.fenn, 54, 2);
  const Bytes before = m.state();
  const WhatIf answer =
      what_if(m.exchange, {m.pip, m.good, Side::bid, OrderKind::limit, {54}, {6}, false});
  EXPECT_EQ(m.state(), before);
  EXPECT_EQ(answer.refusal, OrderRefusal::none);
  EXPECT_EQ(answer.filled, Lots{4});
  EXPECT_EQ(answer.resting, Lots{2});
  EXPECT_EQ(answer.value, Money{2'120});
  EXPECT_EQ(answer.average, Money{530});
  EXPECT_EQ(answer.fees, Money{4});               // 1.04 and 1.08, each rounded up
  EXPECT_EQ(answer.slippage, Money{120});         // against a mid of 500
  EXPECT_EQ(answer.hold, Money{2 * 541});
}

TEST(WhatIf, TellsMarginOfAShort) {
  SmallMarket m;
  m.bid(m.oona, 48, 30);
  const WhatIf answer =
      what_if(m.exchange, {m.pip, m.good, Side::ask, OrderKind::ioc, {45}, {23}, true});
  EXPECT_EQ(answer.borrow, Lots{3});
  EXPECT_EQ(answer.margin, Money{3 * (750 - 480 + 1)});
  EXPECT_EQ(answer.slippage, Money{23 * 20});     // no ask: against the mark
}

TEST(WhatIf, TellsTheRefusalAndTheHalt) {
  SmallMarket m;
  m.ask(m.oona, 60, 3);
  m.exchange.decree(m.good, {40}, m.events);
  const auto market = [&](AccountId who) {
    return what_if(m.exchange, {who, m.good, Side::bid, OrderKind::market, {}, {2}, false});
  };
  EXPECT_EQ(market(m.fenn).refusal, OrderRefusal::self_buy);
  EXPECT_TRUE(market(m.pip).halts);
  EXPECT_EQ(market(m.pip).dropped, Lots{2});
  EXPECT_EQ(market({88}).refusal, OrderRefusal::unknown_account);
  EXPECT_EQ(json(market(m.fenn)).at("refusal").string(), "self_buy");
}

TEST(WhatIf, FokAndPostOnlyFillWholeOrNothing) {
  SmallMarket m;
  m.ask(m.oona, 52, 3);
  const auto ask = [&](OrderKind kind, std::int64_t lots) {
    return what_if(m.exchange, {m.pip, m.good, Side::bid, kind, {52}, {lots}, false});
  };
  EXPECT_EQ(ask(OrderKind::fok, 3).filled, Lots{3});
  EXPECT_EQ(ask(OrderKind::fok, 4).filled, Lots{0});
  EXPECT_EQ(ask(OrderKind::fok, 4).dropped, Lots{4});
  EXPECT_EQ(ask(OrderKind::post_only, 1).dropped, Lots{1});
}

}  // namespace
}  // namespace wood
