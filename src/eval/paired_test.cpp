#include "eval/paired.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "eval/power.h"
#include "eval/testing.h"

namespace wood::eval {
namespace {

using Values = std::vector<double>;

TEST(Paired, NoDifferenceIsNoEvidence) {
  const Values zeros(9, 0.0);
  for (const auto& found : {paired_t(zeros), wilcoxon(zeros), sign_flip(zeros, {})}) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->p, 1);
    EXPECT_EQ(found->statistic, 0);
  }
  EXPECT_FALSE(paired_t(Values{1}) || wilcoxon(Values{}) || sign_flip(Values{}, {}));
}

TEST(Paired, EqualDifferencesHaveNoTButARank) {
  const Values d(8, 0.1);
  EXPECT_FALSE(paired_t(d));
  EXPECT_DOUBLE_EQ(wilcoxon(d)->p, 2.0 / 256);
  EXPECT_DOUBLE_EQ(sign_flip(d, {})->p, 2.0 / 256);
}

TEST(Paired, ZerosAreNotCountedByRanks) {
  EXPECT_EQ(wilcoxon(Values{0, 0, 1, 2, 3})->n, 3);
  EXPECT_DOUBLE_EQ(wilcoxon(Values{0, 0, 1, 2, 3})->p, 2.0 / 8);
}

TEST(Paired, DrawnFlipsAreNearTheExactOnesAndNeverZero) {
  Luck luck("flips", 0);
  Values d;
  for (int i = 0; i < 30; ++i) d.push_back(luck.normal() + 0.4);
  const auto exact = sign_flip(d, {});
  EXPECT_EQ(exact->how, TestResult::How::exact);
  Values more = d;
  more.push_back(0);  // n = 31: drawn, and a zero changes no sum
  const auto drawn = sign_flip(more, {1, "flips", 20'000});
  EXPECT_EQ(drawn->how, TestResult::How::drawn);
  EXPECT_NEAR(drawn->p, exact->p, 4 * std::sqrt(exact->p / 20'000));
  EXPECT_DOUBLE_EQ(sign_flip(Values(64, 1.0), {1, "flips", 99})->p, 0.01);
}

TEST(Paired, HolmAndBenjaminiHochbergByHand) {
  const Values p{0.01, 0.04, 0.03};
  const Values by_holm{0.03, 0.06, 0.06};
  const Values by_bh{0.03, 0.04, 0.04};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_DOUBLE_EQ(holm(p)[i], by_holm[i]);
    EXPECT_DOUBLE_EQ(benjamini_hochberg(p)[i], by_bh[i]);
  }
  EXPECT_TRUE(holm(Values{}).empty());
}

// P&L of two casts on 20 seeds: what the seed gives both is large, and one has 2 % more.
Values pnl_differences(double edge, Luck& luck) {
  Values a;
  Values b;
  for (int seed = 0; seed < 20; ++seed) {
    const double market = 1000 + 200 * luck.normal();
    a.push_back(market * (1 + edge) + 20 * luck.normal());
    b.push_back(market + 20 * luck.normal());
  }
  return differences(a, b);
}

constexpr int kRepeats = 600;
int detected(PairedTest test, double edge, const char* purpose) {
  int found = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck luck(purpose, repeat);
    found += p_value(test, pnl_differences(edge, luck), {}) <= 0.05 ? 1 : 0;
  }
  return found;
}

TEST(PlantedTruth, AnEdgeOfTwoPercentIsFoundAtThePowerPredicted) {
  for (const auto test : {PairedTest::t, PairedTest::wilcoxon, PairedTest::sign_flip}) {
    PowerTerms terms;
    terms.pairs = 20;
    terms.test = test;
    // Both casts' noise, and the edge's own: 2 % of a market that varies by 200.
    terms.deviation = std::sqrt(2 * 20.0 * 20.0 + 4.0 * 4.0);
    const Power predicted = power_paired(20, terms, {1, "predicted", 1000});
    const int found = detected(test, 0.02, "edge");
    const double error =
        std::hypot(predicted.error, std::sqrt(predicted.power * (1 - predicted.power) / kRepeats));
    RecordProperty(std::string(name(test)) + " found, per mille", found * 1000 / kRepeats);
    EXPECT_NEAR(static_cast<double>(found) / kRepeats, predicted.power, 3.5 * error) << name(test);
    EXPECT_GT(predicted.power, 0.7);
    EXPECT_LT(predicted.power, 0.95);
  }
}

TEST(PlantedTruth, NoEdgeGivesFivePercentFalseAlarms) {
  for (const auto test : {PairedTest::t, PairedTest::wilcoxon, PairedTest::sign_flip}) {
    const int alarms = detected(test, 0, "no edge");
    EXPECT_TRUE(plausible(alarms, kRepeats, 0.05)) << name(test) << " " << alarms;
  }
}

// Four comparisons without any edge: a false claim in at most 5 % of reports.
TEST(PlantedTruth, HolmKeepsTheFamilysFalseAlarms) {
  int any_raw = 0;
  int any_holm = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck luck("family", repeat);
    Values p;
    for (int i = 0; i < 4; ++i) p.push_back(paired_t(pnl_differences(0, luck))->p);
    any_raw += *std::min_element(p.begin(), p.end()) <= 0.05 ? 1 : 0;
    const Values adjusted = holm(p);
    any_holm += *std::min_element(adjusted.begin(), adjusted.end()) <= 0.05 ? 1 : 0;
  }
  EXPECT_TRUE(plausible(any_raw, kRepeats, 1 - std::pow(0.95, 4))) << any_raw;
  EXPECT_TRUE(plausible(any_holm, kRepeats, 1 - std::pow(1 - 0.05 / 4, 4))) << any_holm;
}

TEST(Power, TheDetectableEffectIsDetectedAtThatPower) {
  Luck luck("pilot", 0);
  Values pilot;
  for (int i = 0; i < 25; ++i) pilot.push_back(std::exp(luck.normal()));
  PowerTerms terms;
  terms.pairs = 20;
  terms.test = PairedTest::wilcoxon;
  terms.pilot = pilot;
  const Draws draws{3, "detectable", 400};
  const auto effect = detectable_effect(0.8, terms, draws);
  ASSERT_TRUE(effect);
  EXPECT_GE(power_paired(*effect, terms, draws).power, 0.8);
  EXPECT_LT(power_paired(*effect * 0.9, terms, draws).power, 0.8);
}

TEST(Power, RanksOfFivePairsNeverReachFivePercent) {
  PowerTerms terms;
  terms.pairs = 5;  // the least two-sided p is 2/32
  terms.test = PairedTest::wilcoxon;
  EXPECT_FALSE(detectable_effect(0.8, terms, {1, "few", 50}));
}

Values eighths(const std::vector<int>& from) {
  Values out;
  for (const int one : from) out.push_back(one % 10'000 / 8.0);
  return out;
}

RC_GTEST_PROP(PairedProperty, OrderAndSideDoNotMatter, (const std::vector<int>& from)) {
  Values d = eighths(from);
  if (d.size() > 28) d.resize(28);
  RC_PRE(d.size() >= 2);
  const Values turned(d.rbegin(), d.rend());
  Values mirrored = d;
  for (double& one : mirrored) one = -one;
  for (const auto test : {PairedTest::wilcoxon, PairedTest::sign_flip}) {
    const double p = p_value(test, d, {});
    RC_ASSERT(p > 0 && p <= 1);
    RC_ASSERT(std::abs(p_value(test, turned, {}) - p) < 1e-12);
    RC_ASSERT(std::abs(p_value(test, mirrored, {}) - p) < 1e-12);
  }
  RC_ASSERT(std::abs(p_value(PairedTest::t, mirrored, {}) - p_value(PairedTest::t, d, {})) < 1e-9);
}

// The clever count against the obvious one.
RC_GTEST_PROP(PairedProperty, SignFlipsAreAllFlips, (const std::vector<std::int8_t>& from)) {
  Values d(from.begin(), from.end());
  if (d.size() > 10) d.resize(10);
  RC_PRE(!d.empty());
  double observed = 0;
  for (const double one : d) observed += one;
  int beyond = 0;
  const int all = 1 << d.size();
  for (int signs = 0; signs < all; ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < d.size(); ++i) sum += (signs >> i & 1) != 0 ? d[i] : -d[i];
    beyond += std::abs(sum) >= std::abs(observed) ? 1 : 0;
  }
  RC_ASSERT(std::abs(sign_flip(d, {})->p - static_cast<double>(beyond) / all) < 1e-12);
}

RC_GTEST_PROP(PairedProperty, AdjustedValuesKeepTheOrderAndGrow,
              (const std::vector<std::uint16_t>& from)) {
  Values p;
  for (const auto one : from) p.push_back(one / 65535.0);
  const Values by_holm = holm(p);
  const Values by_bh = benjamini_hochberg(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    RC_ASSERT(p[i] <= by_bh[i] + 1e-15 && by_bh[i] <= by_holm[i] + 1e-15 && by_holm[i] <= 1);
    for (std::size_t j = 0; j < p.size(); ++j)
      if (p[i] <= p[j]) RC_ASSERT(by_holm[i] <= by_holm[j] && by_bh[i] <= by_bh[j]);
  }
}

}  // namespace
}  // namespace wood::eval
