#include "eval/stats.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "eval/special.h"

namespace wood::eval {
namespace {

using Values = std::vector<double>;

// Eighths, which doubles add without rounding: so invariance can be demanded to the bit.
Values eighths(const std::vector<int>& from) {
  Values out;
  for (const int one : from) out.push_back(one % 10'000 / 8.0);
  return out;
}

TEST(Stats, WhatASampleCannotGiveIsAbsent) {
  const Values none;
  const Values one{3};
  const Values alike{0.1, 0.1, 0.1};  // whose mean is not 0.1 in doubles
  EXPECT_FALSE(mean(none) || variance(none) || quantile(none, 0.5) || gini(none) || sharpe(none));
  EXPECT_EQ(mean(one), 3);
  EXPECT_FALSE(variance(one));
  EXPECT_EQ(variance(alike), 0);
  EXPECT_FALSE(sharpe(alike));
  EXPECT_FALSE(wilson(0, 0));
}

TEST(Stats, QuantilesAreOfTypeSeven) {
  const Values x{4, 1, 3, 2};
  EXPECT_EQ(quantile(x, 0), 1);
  EXPECT_EQ(quantile(x, 0.5), 2.5);
  EXPECT_EQ(quantile(x, 0.25), 1.75);
  EXPECT_EQ(quantile(x, 1), 4);
}

TEST(Stats, GiniByHand) {
  EXPECT_EQ(gini(Values{5, 5, 5}), 0);
  EXPECT_EQ(gini(Values{0, 0, 0}), 0);
  EXPECT_DOUBLE_EQ(*gini(Values{0, 0, 0, 8}), 0.75);  // one has all: 1 − 1/n
  EXPECT_DOUBLE_EQ(*gini(Values{1, 2, 3}), 2.0 / 9);
  EXPECT_DOUBLE_EQ(*gini(Values{-4, 4}), 0.5);  // a sum of zero, and still in its bounds
}

TEST(Stats, SharpeByHand) {
  EXPECT_DOUBLE_EQ(*sharpe(Values{1, 2, 3}), 2);
  EXPECT_DOUBLE_EQ(*sharpe(Values{1, 2, 3}, {1, 4}), 2);
}

TEST(StatsDeathTest, NotANumberIsABug) {
  const Values bad{1, std::nan("")};
  EXPECT_DEATH((void)mean(bad), "isfinite");
}

RC_GTEST_PROP(StatsProperty, OrderDoesNotMatter, (const std::vector<int>& from)) {
  const Values x = eighths(from);
  Values turned(x.rbegin(), x.rend());
  RC_ASSERT(mean(x) == mean(turned));
  RC_ASSERT(gini(x) == gini(turned));
  RC_ASSERT(quantile(x, 0.3) == quantile(turned, 0.3));
}

RC_GTEST_PROP(StatsProperty, GiniStaysInItsBoundsAndKnowsNoScale, (const std::vector<int>& from)) {
  const Values x = eighths(from);
  RC_PRE(!x.empty());
  Values doubled = x;
  for (double& value : doubled) value *= 2;
  RC_ASSERT(*gini(x) >= 0);
  RC_ASSERT(*gini(x) <= 1 - 1.0 / static_cast<double>(x.size()) + 1e-12);
  RC_ASSERT(gini(x) == gini(doubled));
}

// Found by a property of reliability tables: for 0 of 7 the lower end was 1e-17, above the share.
RC_GTEST_PROP(StatsProperty, WilsonHoldsTheShareAndStaysInItsBounds, ()) {
  const int n = *rc::gen::inRange(1, 2000);
  const int successes = *rc::gen::element(0, n, *rc::gen::inRange(0, n + 1));
  const auto found = *wilson(successes, n, *rc::gen::inRange(1, 1000) / 1000.0);
  RC_ASSERT(found.holds(static_cast<double>(successes) / n));
  RC_ASSERT(found.low >= 0 && found.high <= 1);
}

RC_GTEST_PROP(StatsProperty, QuantilesRise, (const std::vector<int>& from)) {
  const Values x = eighths(from);
  RC_PRE(!x.empty());
  const auto a = *rc::gen::inRange(0, 1001);
  const auto b = *rc::gen::inRange(0, 1001);
  const auto [low, high] = std::minmax(a, b);
  RC_ASSERT(*quantile(x, low / 1000.0) <= *quantile(x, high / 1000.0));
  RC_ASSERT(*quantile(x, 0) == *std::min_element(x.begin(), x.end()));
}

RC_GTEST_PROP(SpecialProperty, TheQuantileUndoesTheDistribution, ()) {
  const double p = *rc::gen::inRange(1, 1'000'000) / 1e6;
  RC_ASSERT(std::abs(normal_cdf(normal_quantile(p)) - p) < 1e-14);
}

RC_GTEST_PROP(SpecialProperty, BetaMirrors, ()) {
  const double a = *rc::gen::inRange(1, 2000) / 8.0;
  const double b = *rc::gen::inRange(1, 2000) / 8.0;
  const double x = *rc::gen::inRange(0, 1025) / 1024.0;
  RC_ASSERT(std::abs(beta_regularised(a, b, x) + beta_regularised(b, a, 1 - x) - 1) < 1e-11);
}

}  // namespace
}  // namespace wood::eval
