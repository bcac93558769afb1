#include "eval/bootstrap.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "eval/testing.h"

namespace wood::eval {
namespace {

using Values = std::vector<double>;

Values lognormal(int n, Luck& luck) {
  Values out;
  for (int i = 0; i < n; ++i) out.push_back(std::exp(luck.normal()));
  return out;
}

TEST(Bootstrap, RepeatsToTheDigitAndFollowsItsSeed) {
  Luck luck("repeat", 0);
  const Values x = lognormal(30, luck);
  const auto once = bootstrap(x, gini, {1, "a", 300});
  const auto again = bootstrap(x, gini, {1, "a", 300});
  const auto other = bootstrap(x, gini, {2, "a", 300});
  EXPECT_EQ(once->interval.low, again->interval.low);
  EXPECT_EQ(once->interval.high, again->interval.high);
  EXPECT_NE(once->interval.low, other->interval.low);
  EXPECT_EQ(once->kind, IntervalKind::bca);
  EXPECT_EQ(once->replicates, 300);
}

TEST(Bootstrap, WhatCannotBeIsAbsentOrPercentile) {
  EXPECT_FALSE(bootstrap(Values{}, mean, {}));
  EXPECT_FALSE(bootstrap(Values{1}, mean, {}));
  EXPECT_FALSE(bootstrap(Values{1, 1, 1}, [](auto x) { return sharpe(x); }, {}));
  const auto alike = bootstrap(Values{2, 2, 2}, mean, {});
  EXPECT_EQ(alike->kind, IntervalKind::percentile);
  EXPECT_EQ(alike->interval.low, 2);
  EXPECT_EQ(alike->interval.high, 2);
}

TEST(Bootstrap, ADifferenceIsOfPairs) {
  // b is a but for a constant: the luck they share is large, the difference has none.
  Luck luck("pairs", 0);
  Values a;
  Values b;
  for (int i = 0; i < 20; ++i) {
    b.push_back(static_cast<double>(luck.below(1 << 20)));
    a.push_back(b.back() + 3);
  }
  const auto found = bootstrap_difference(a, b, mean, {}, {IntervalKind::percentile, 0.95});
  EXPECT_DOUBLE_EQ(found->value, 3);
  EXPECT_NEAR(found->interval.low, 3, 1e-9);
  EXPECT_NEAR(found->interval.high, 3, 1e-9);
}

TEST(Bootstrap, CastsShareTheirResamples) {
  std::vector<int> first(40);
  std::vector<int> second(40);
  resample({5, "shared", 1}, 17, first);
  resample({5, "shared", 1}, 17, second);
  EXPECT_EQ(first, second);
  resample({5, "shared", 1}, 18, second);
  EXPECT_NE(first, second);
}

TEST(Bootstrap, ClustersAreDrawnWhole) {
  const std::vector<int> cluster{7, 7, 7, 2, 2, 9};
  IntervalTerms terms{IntervalKind::bca, 0.95, cluster};
  std::set<std::size_t> sizes;
  const auto statistic = [&](std::span<const int> rows) -> std::optional<double> {
    std::map<int, int> times;
    for (const int row : rows) ++times[row];
    EXPECT_EQ(times[0], times[1]);
    EXPECT_EQ(times[1], times[2]);
    EXPECT_EQ(times[3], times[4]);
    sizes.insert(rows.size());
    return static_cast<double>(rows.size());
  };
  EXPECT_TRUE(bootstrap_cases(6, statistic, {1, "cluster", 200}, terms));
  EXPECT_EQ(*sizes.begin(), 3U);  // three times the single one, or the jackknife without the 7s
  EXPECT_EQ(*sizes.rbegin(), 9U);
}

// A cluster whose cases are all alike is one case: naming it widens the interval to what it is.
TEST(Bootstrap, ClustersTellTheTruthAboutRepeatedCases) {
  int naive = 0;
  int honest = 0;
  constexpr int kRepeats = 200;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck luck("clusters", repeat);
    Values x;
    std::vector<int> cluster;
    for (int run = 0; run < 25; ++run) {
      const double level = luck.normal();
      for (int i = 0; i < 8; ++i) {
        x.push_back(level + 0.2 * luck.normal());
        cluster.push_back(run);
      }
    }
    const Draws draws{static_cast<std::uint64_t>(repeat), "coverage", 200};
    naive += bootstrap(x, mean, draws)->interval.holds(0) ? 1 : 0;
    const IntervalTerms terms{IntervalKind::percentile, 0.95, cluster};
    honest += bootstrap(x, mean, draws, terms)->interval.holds(0) ? 1 : 0;
  }
  EXPECT_LT(naive, kRepeats * 60 / 100);
  EXPECT_TRUE(plausible(honest, kRepeats, 0.94)) << honest;  // 25 clusters: a little narrow
}

// BCa and percentile hold the truth about as often as they say; n = 40, a skewed statistic.
TEST(Bootstrap, IntervalsHoldTheTruth) {
  constexpr int kRepeats = 300;
  const double truth = std::exp(0.5);  // mean of the lognormal
  for (const auto kind : {IntervalKind::percentile, IntervalKind::bca}) {
    int held = 0;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      Luck luck("coverage", repeat);
      const Values x = lognormal(40, luck);
      const Draws draws{static_cast<std::uint64_t>(repeat), "coverage", 400};
      held += bootstrap(x, mean, draws, {kind, 0.95})->interval.holds(truth) ? 1 : 0;
    }
    RecordProperty(name(kind), held);
    // Known to be narrow for so skewed a sample: about 0.90 at this n.
    EXPECT_TRUE(plausible(held, kRepeats, 0.90)) << name(kind) << " " << held;
  }
}

RC_GTEST_PROP(BootstrapProperty, IntervalsAreInOrderAndInTheSample,
              (const std::vector<std::uint8_t>& from)) {
  const Values x(from.begin(), from.end());
  for (const auto kind : {IntervalKind::percentile, IntervalKind::bca}) {
    const auto found = bootstrap(x, mean, {3, "property", 50}, {kind, 0.9});
    RC_ASSERT(found.has_value() == (x.size() >= 2));
    if (!found) continue;
    RC_ASSERT(found->interval.low <= found->interval.high);
    RC_ASSERT(found->interval.low >= *std::min_element(x.begin(), x.end()) - 1e-9);
    RC_ASSERT(found->interval.high <= *std::max_element(x.begin(), x.end()) + 1e-9);
  }
}

}  // namespace
}  // namespace wood::eval
