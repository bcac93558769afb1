#include "drama/magistrate.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

constexpr int kFenn = 0;
constexpr int kPip = 1;
constexpr int kPatron = 2;

DuskView market_at(std::int64_t mark) {
  DuskView view;
  view.marks = {mark, 500};
  view.held = {{0, 0}, {0, 0}, {0, 0}};
  view.stock = {100, 100};
  return view;
}

SeenTrade trade(int buyer, int seller, std::int64_t price, std::int64_t lots) {
  return {0, {price}, {lots}, buyer, seller, true, Seq{20}, Seq{21}, Seq{22}};
}

Tip tip(bool up, bool truth) {
  return {1, 0, up, truth, kPatron, 1, Seq{10}, "honey will be dear, says the bee"};
}

TEST(Magistrate, ProfitOnATruePrivateTipIsHeatByThePebble) {
  Magistrate m({}, 3);
  m.tipped(tip(true, true));
  m.told(1, kFenn, kPatron, 1, Seq{11});
  m.trade(trade(kFenn, -1, 900, 10));
  const auto found = m.dusk(1, market_at(1100));  // 10 lots × 200 ticks × 10 mp = 20 pebbles
  ASSERT_EQ(found.charges.size(), 1U);
  EXPECT_EQ(found.charges[0].rule, "tip");
  EXPECT_EQ(found.charges[0].heat, 20);
  EXPECT_EQ(found.charges[0].evidence, (std::vector<Seq>{{10}, {11}, {20}, {22}}));
  EXPECT_EQ(m.heat(kFenn), 15);  // faded by 5
}

TEST(Magistrate, ProfitUnderTheBarIsNoOffence) {
  Magistrate m({}, 3);
  m.tipped(tip(true, true));
  m.told(1, kFenn, kPatron, 1, Seq{11});
  m.trade(trade(kFenn, -1, 900, 4));
  EXPECT_TRUE(m.dusk(1, market_at(1100)).charges.empty());  // 8 pebbles
}

TEST(Magistrate, TheSameProfitIsChargedOnce) {
  Magistrate m({}, 3);
  m.tipped(tip(true, true));
  m.told(1, kFenn, kPatron, 1, Seq{11});
  m.trade(trade(kFenn, -1, 900, 10));
  EXPECT_EQ(m.dusk(1, market_at(1100)).charges.size(), 1U);
  EXPECT_TRUE(m.dusk(2, market_at(1100)).charges.empty());
  const auto more = m.dusk(3, market_at(1200));
  ASSERT_EQ(more.charges.size(), 1U);
  EXPECT_EQ(more.charges[0].heat, 10);
}

TEST(Magistrate, AfterTheWindowATipIsHistory) {
  Magistrate m({}, 3);
  m.tipped(tip(true, true));
  m.told(1, kFenn, kPatron, 1, Seq{11});
  for (std::int64_t turn = 1; turn <= 6; ++turn) (void)m.dusk(turn, market_at(900));
  m.trade(trade(kFenn, -1, 900, 10));
  EXPECT_TRUE(m.dusk(7, market_at(1100)).charges.empty());
}

TEST(Magistrate, APlantedTipThatCostsItsVictimHeatsTheSpreader) {
  Magistrate m({}, 3);
  m.tipped(tip(true, false));
  m.told(1, kPip, kPatron, 1, Seq{11});
  m.told(1, kFenn, kPip, 1, Seq{12});
  m.trade(trade(kFenn, -1, 1100, 10));
  const auto found = m.dusk(1, market_at(900));  // Fenn lost 20 pebbles on Pip's word
  ASSERT_EQ(found.charges.size(), 1U);
  EXPECT_EQ(found.charges[0].who, kPip);
  EXPECT_EQ(found.charges[0].rule, "rumour");
  EXPECT_EQ(found.charges[0].heat, 10);
}

TEST(Magistrate, SellingBackAndForthIsAWash) {
  Magistrate m({}, 3);
  m.trade(trade(kFenn, kPip, 900, 3));
  m.trade(trade(kPip, kFenn, 900, 3));
  const auto found = m.dusk(1, market_at(900));
  ASSERT_EQ(found.charges.size(), 2U);
  EXPECT_EQ(found.charges[0].rule, "wash");
}

TEST(Magistrate, OneWayIsNoWash) {
  Magistrate m({}, 3);
  m.trade(trade(kFenn, kPip, 900, 3));
  m.trade(trade(kFenn, kPip, 900, 3));
  EXPECT_TRUE(m.dusk(1, market_at(900)).charges.empty());
}

TEST(Magistrate, ThreeLargeOrdersPulledUntouchedAreASpoof) {
  Magistrate m({}, 3);
  for (int i = 0; i < 3; ++i) m.cancelled({kFenn, 0, {20}, {0}, Seq{30 + i}, Seq{40 + i}}, 1);
  const auto found = m.dusk(1, market_at(900));
  ASSERT_EQ(found.charges.size(), 1U);
  EXPECT_EQ(found.charges[0].rule, "spoof");
}

TEST(Magistrate, SmallOrTouchedOrdersAreNoSpoof) {
  Magistrate m({}, 3);
  for (int i = 0; i < 5; ++i) m.cancelled({kFenn, 0, {2}, {0}, Seq{30 + i}, Seq{40 + i}}, 1);
  for (int i = 0; i < 5; ++i) m.cancelled({kFenn, 0, {20}, {1}, Seq{30 + i}, Seq{40 + i}}, 1);
  EXPECT_TRUE(m.dusk(1, market_at(900)).charges.empty());
}

TEST(Magistrate, ABoughtCornerIsChargedOnce) {
  Magistrate m({}, 3);
  DuskView view = market_at(900);
  view.held[kFenn] = {61, 0};
  m.trade(trade(kFenn, -1, 900, 5));
  EXPECT_EQ(m.dusk(1, view).charges.size(), 1U);
  m.trade(trade(kFenn, -1, 900, 5));
  EXPECT_TRUE(m.dusk(2, view).charges.empty());
}

TEST(Magistrate, ALastTradeFarOffForOnesOwnPositionPaintsTheClose) {
  Magistrate m({}, 3);
  DuskView view = market_at(900);
  view.held[kFenn] = {10, 0};
  m.trade(trade(-1, -1, 900, 20));
  m.trade(trade(kFenn, -1, 930, 1));
  const auto found = m.dusk(1, view);
  ASSERT_EQ(found.charges.size(), 1U);
  EXPECT_EQ(found.charges[0].rule, "close");
}

TEST(Magistrate, HeatClimbsTheLadderOfSentencesAndFades) {
  MagistrateSpec spec;
  spec.wash_heat = 35;
  Magistrate m(spec, 3);
  const auto wash = [&] {
    m.trade(trade(kFenn, kPip, 900, 3));
    m.trade(trade(kPip, kFenn, 900, 3));
  };
  wash();
  auto found = m.dusk(1, market_at(900));
  ASSERT_EQ(found.sentences.size(), 2U);
  EXPECT_EQ(found.sentences[0].kind, Sentence::Kind::investigation);
  EXPECT_EQ(found.sentences[0].reason, "wash");
  EXPECT_FALSE(found.sentences[0].evidence.empty());
  wash();
  found = m.dusk(2, market_at(900));
  EXPECT_EQ(found.sentences[0].kind, Sentence::Kind::fine);
  wash();
  found = m.dusk(3, market_at(900));  // 35 − 5 + 35 − 5 + 35 = 95
  EXPECT_EQ(found.sentences[0].kind, Sentence::Kind::freeze);
  wash();
  EXPECT_EQ(m.dusk(4, market_at(900)).sentences[0].kind, Sentence::Kind::exile);
  for (std::int64_t turn = 5; turn < 40; ++turn)
    EXPECT_TRUE(m.dusk(turn, market_at(900)).sentences.empty());
  EXPECT_EQ(m.heat(kFenn), 0);
}

TEST(Magistrate, WhatHeKnowsIsInTheState) {
  const auto state = [](auto&& change) {
    Magistrate m({}, 3);
    m.tipped(tip(true, true));
    change(m);
    Bytes out;
    m.state(out);
    return out;
  };
  const Bytes plain = state([](Magistrate&) {});
  EXPECT_NE(plain, state([](Magistrate& m) { m.told(1, kFenn, kPatron, 1, Seq{11}); }));
  EXPECT_NE(plain, state([](Magistrate& m) { m.trade(trade(kFenn, -1, 900, 1)); }));
  EXPECT_NE(plain, state([](Magistrate& m) {
              m.cancelled({kFenn, 0, {20}, {0}, Seq{1}, Seq{2}}, 1);
            }));
  EXPECT_NE(plain, state([](Magistrate& m) {
              Tip other = tip(true, true);
              other.truth = false;
              m.tipped(other);
            }));
}

}  // namespace
}  // namespace wood
