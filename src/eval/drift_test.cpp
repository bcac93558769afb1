#include "eval/drift.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "eval/change.h"
#include "eval/ks.h"
#include "eval/testing.h"

namespace wood::eval {
namespace {

using Values = std::vector<double>;

Values normals(int n, double mean, Luck& luck) {
  Values out;
  for (int i = 0; i < n; ++i) out.push_back(mean + luck.normal());
  return out;
}

TEST(Psi, ByHand) {
  const std::vector<std::int64_t> even{50, 50};
  const std::vector<std::int64_t> moved{80, 20};
  EXPECT_EQ(psi_of_counts(even, even), 0);
  // (0.8 − 0.5)·ln(0.8/0.5) + (0.2 − 0.5)·ln(0.2/0.5), nearly without smoothing
  EXPECT_NEAR(psi_of_counts(even, moved, 1e-9), 0.3 * std::log(4), 1e-9);
  EXPECT_EQ(rule_of_thumb(0.0999), Rule::stable);
  EXPECT_EQ(rule_of_thumb(0.10), Rule::moderate);
  EXPECT_EQ(rule_of_thumb(0.25), Rule::major);
}

TEST(Psi, AnEmptyBinIsFinite) {
  const std::vector<std::int64_t> a{10, 0};
  const std::vector<std::int64_t> b{0, 10};
  EXPECT_NEAR(psi_of_counts(a, b), 2 * (10.0 / 11) * std::log(21), 1e-12);
}

TEST(Psi, EqualQuantilesMakeFewerBins) {
  Values reference(90, 1.0);
  for (int i = 0; i < 10; ++i) reference.push_back(2 + i);
  const auto found = psi(reference, reference, {1, "ties", 19});
  EXPECT_EQ(found->psi, 0);
  EXPECT_EQ(found->p, 1);
  EXPECT_LT(found->bins, 4);
  EXPECT_FALSE(psi(Values{}, reference, {}));
}

// Ten values a bin, no drift, and the fixed bar of 0.10 fires nearly always: in 80 of 100 runs with
// the smoothing, in 84 without it (3,000 runs; the χ² above gives 83).
TEST(PlantedTruth, TheRuleOfThumbFiresWithoutDriftAndThePValueDoesNot) {
  constexpr int kRepeats = 300;
  constexpr int kMoved = 60;
  int rule = 0;
  int raw = 0;
  int test = 0;
  int moved = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck luck("psi", repeat);
    const Values reference = normals(100, 0, luck);
    const Draws draws{static_cast<std::uint64_t>(repeat), "psi", 199};
    const auto none = psi(reference, normals(100, 0, luck), draws);
    rule += none->rule != Rule::stable ? 1 : 0;
    raw += psi_of_counts(none->reference, none->now, 1e-3) >= 0.10 ? 1 : 0;
    test += none->p <= 0.05 ? 1 : 0;
    if (repeat < kMoved) moved += psi(reference, normals(100, 1, luck), draws)->p <= 0.05 ? 1 : 0;
  }
  RecordProperty("rule of thumb, per mille", rule * 1000 / kRepeats);
  RecordProperty("rule of thumb without smoothing, per mille", raw * 1000 / kRepeats);
  RecordProperty("p-value, per mille", test * 1000 / kRepeats);
  EXPECT_TRUE(plausible(rule, kRepeats, 0.80)) << rule;
  EXPECT_TRUE(plausible(raw, kRepeats, 0.84)) << raw;
  EXPECT_TRUE(plausible(test, kRepeats, 0.05)) << test;
  EXPECT_GT(moved, kMoved * 95 / 100);
}

TEST(PlantedTruth, CategoriesWithoutDriftGiveFivePercent) {
  constexpr int kRepeats = 300;
  constexpr int kMoved = 60;
  int alarms = 0;
  int found = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck luck("categories", repeat);
    const auto draw = [&](int n, int bound) {
      std::vector<int> out;
      for (int i = 0; i < n; ++i) out.push_back(luck.below(bound));
      return out;
    };
    const std::vector<int> reference = draw(150, 5);
    const Draws draws{static_cast<std::uint64_t>(repeat), "categories", 199};
    alarms += psi_of_categories(reference, draw(100, 5), 5, draws)->p <= 0.05 ? 1 : 0;
    if (repeat < kMoved)
      found += psi_of_categories(reference, draw(100, 4), 5, draws)->p <= 0.05 ? 1 : 0;
  }
  EXPECT_TRUE(plausible(alarms, kRepeats, 0.05)) << alarms;
  EXPECT_GT(found, kMoved * 95 / 100);
}

TEST(Ks, ByHand) {
  const auto apart = ks_two_sample(Values{1, 2, 3}, Values{4, 5, 6});
  EXPECT_EQ(apart->statistic, 1);
  EXPECT_DOUBLE_EQ(apart->p, 2.0 / 20);  // two of the 20 orders
  EXPECT_EQ(ks_two_sample(Values{1, 2}, Values{2, 1})->p, 1);
  EXPECT_FALSE(ks_two_sample(Values{}, Values{1}));
}

// At the border of the two ways they must agree.
TEST(Ks, TheLimitMeetsTheExactCount) {
  Luck luck("ks", 0);
  const Values a = normals(2000, 0, luck);
  Values b = normals(2000, 0.04, luck);
  const auto exact = ks_two_sample(a, b);
  b.push_back(0.01);
  const auto limit = ks_two_sample(a, b);
  EXPECT_EQ(exact->how, TestResult::How::exact);
  EXPECT_EQ(limit->how, TestResult::How::approx);
  EXPECT_NEAR(exact->p, limit->p, 0.02);
}

struct Said {
  Values confidence;
  std::vector<int> right;
};
Said said(int n, double power, Luck& luck) {
  Said out;
  for (int i = 0; i < n; ++i) {
    out.confidence.push_back(0.5 + 0.5 * luck.uniform());
    out.right.push_back(luck.uniform() < std::pow(out.confidence.back(), power) ? 1 : 0);
  }
  return out;
}

TEST(PlantedTruth, AShiftOfCalibrationIsFoundAndNoneIsNot) {
  constexpr int kRepeats = 200;
  int overall = 0;
  int by_bin = 0;
  int found = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck luck("shift", repeat);
    const Said before = said(150, 1, luck);
    const Said alike = said(150, 1, luck);
    const Said surer = said(150, 2.5, luck);
    const Draws draws{static_cast<std::uint64_t>(repeat), "shift", 199};
    const Forecasts reference{before.confidence, before.right};
    const auto none = calibration_shift(reference, {alike.confidence, alike.right}, draws);
    overall += none->overall_p <= 0.05 ? 1 : 0;
    by_bin += none->by_bin_p <= 0.05 ? 1 : 0;
    const auto shifted = calibration_shift(reference, {surer.confidence, surer.right}, draws);
    EXPECT_LT(shifted->overall, 0);
    found += shifted->overall_p <= 0.05 ? 1 : 0;
  }
  EXPECT_TRUE(plausible(overall, kRepeats, 0.05)) << overall;
  EXPECT_TRUE(plausible(by_bin, kRepeats, 0.05)) << by_bin;
  EXPECT_GT(found, kRepeats * 9 / 10);
}

TEST(CalibrationShift, SeesWhatCancelsInTheMean) {
  Said before;
  Said after;
  for (int i = 0; i < 400; ++i) {
    const double confidence = i % 2 == 0 ? 0.55 : 0.75;
    before.confidence.push_back(confidence);
    after.confidence.push_back(confidence);
    before.right.push_back(i % 20 < (i % 2 == 0 ? 10 : 16) ? 1 : 0);
    after.right.push_back(i % 20 < (i % 2 == 0 ? 16 : 10) ? 1 : 0);
  }
  const auto found = calibration_shift({before.confidence, before.right},
                                       {after.confidence, after.right}, {1, "cancel", 499});
  EXPECT_NEAR(found->overall, 0, 1e-12);
  EXPECT_GT(found->overall_p, 0.5);
  EXPECT_LT(found->by_bin_p, 0.01);
}

TEST(Change, ByHand) {
  const Cusum terms{0, 1, 0.5, 2};
  EXPECT_EQ(first_alarm(Values{1, 1, 1, 1, 1}, terms), 4);  // ½ a value: 2.5 > 2 at the fifth
  EXPECT_EQ(first_alarm(Values{-3, 0}, terms), 0);          // downwards too
  EXPECT_FALSE(first_alarm(Values{0.5, -0.5, 0.5, -0.5}, terms));
  const auto found = detect(Values{4, 0, 0, 0, 3, 3}, 4, terms);
  EXPECT_EQ(found.false_alarms, 1);
  EXPECT_EQ(found.delay, 1);
  EXPECT_FALSE(detect(Values{0, 0}, 1, terms).delay);
  EXPECT_FALSE(cusum_of(Values{1, 1}));
  EXPECT_EQ(cusum_of(Values{1, 3})->mean, 2);
}

// The run lengths of the textbook's table: 465 values to a false alarm, 10.4 to notice one
// deviation, 4.01 two.
TEST(PlantedTruth, DelaysAreThoseOfTheTable) {
  const Cusum terms;
  for (const auto& [shift, length] : {std::pair(0.0, 465.0), {1.0, 10.4}, {2.0, 4.01}}) {
    constexpr int kRepeats = 400;
    double sum = 0;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      Luck luck("cusum", repeat);
      Values stream;
      std::optional<int> alarm;
      for (int size = 32; !alarm; size *= 2) {
        while (static_cast<int>(stream.size()) < size) stream.push_back(shift + luck.normal());
        alarm = first_alarm(stream, terms);
      }
      sum += *alarm + 1;
    }
    // Without a change the delay is about geometric, its deviation its mean; with one, half that.
    const double error = length * (shift == 0 ? 1 : 0.5) / std::sqrt(kRepeats);
    EXPECT_NEAR(sum / kRepeats, length, 3.5 * error) << shift;
  }
}

TEST(PlantedTruth, TheThresholdFoundGivesTheFalseAlarmsAsked) {
  Luck luck("threshold", 0);
  Values reference;  // far from normal, and no value so rare that streams are told by it alone
  for (int i = 0; i < 4000; ++i) reference.push_back(-std::log(luck.uniform()));
  Cusum terms = *cusum_of(reference);
  terms.threshold = cusum_threshold(reference, terms, 60, 0.1, {1, "threshold", 2000});
  int alarms = 0;
  constexpr int kRepeats = 1000;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck again("stream", repeat);
    Values stream;
    for (int i = 0; i < 60; ++i)
      stream.push_back(reference[static_cast<std::size_t>(again.below(4000))]);
    alarms += first_alarm(stream, terms) ? 1 : 0;
  }
  // The threshold itself has an error of √(0.1·0.9/2000): both together.
  EXPECT_NEAR(alarms / 1000.0, 0.1, 3.5 * std::sqrt(0.09 / 1000 + 0.09 / 2000));
}

Values small(const std::vector<std::int8_t>& from) { return {from.begin(), from.end()}; }

RC_GTEST_PROP(DriftProperty, KsIsBetweenZeroAndOneAndKnowsNoSide,
              (const std::vector<std::int8_t>& x, const std::vector<std::int8_t>& y)) {
  RC_PRE(!x.empty() && !y.empty());
  const auto found = ks_two_sample(small(x), small(y));
  RC_ASSERT(found->statistic >= 0 && found->statistic <= 1);
  RC_ASSERT(found->p > 0 && found->p <= 1);
  const auto other = ks_two_sample(small(y), small(x));
  RC_ASSERT(other->statistic == found->statistic);
  RC_ASSERT(std::abs(other->p - found->p) < 1e-12);
}

// The lattice count against all orders of the values, for samples without ties.
RC_GTEST_PROP(DriftProperty, KsCountsAllOrders, ()) {
  const int n = *rc::gen::inRange(1, 6);
  const int m = *rc::gen::inRange(1, 6);
  const auto split = [&](int mask) {
    std::pair<Values, Values> out;
    for (int i = 0; i < n + m; ++i) ((mask >> i & 1) != 0 ? out.first : out.second).push_back(i);
    return out;
  };
  std::vector<double> all;
  for (int mask = 0; mask < 1 << (n + m); ++mask)
    if (__builtin_popcount(static_cast<unsigned>(mask)) == n) {
      const auto [a, b] = split(mask);
      all.push_back(ks_two_sample(a, b)->statistic);
    }
  const int pick = *rc::gen::inRange(0, static_cast<int>(all.size()));
  int seen = 0;
  for (int mask = 0; mask < 1 << (n + m); ++mask) {
    if (__builtin_popcount(static_cast<unsigned>(mask)) != n || seen++ != pick) continue;
    const auto [a, b] = split(mask);
    const auto found = ks_two_sample(a, b);
    const auto as_far = std::count_if(all.begin(), all.end(),
                                      [&](double one) { return one >= found->statistic - 1e-12; });
    RC_ASSERT(std::abs(found->p - static_cast<double>(as_far) / static_cast<double>(all.size())) <
              1e-12);
  }
}

RC_GTEST_PROP(DriftProperty, PsiIsNeverBelowZeroAndKnowsNoOrder,
              (const std::vector<std::int8_t>& x, const std::vector<std::int8_t>& y)) {
  RC_PRE(!x.empty() && !y.empty());
  Values a = small(x);
  Values b = small(y);
  const auto found = psi(a, b, {1, "order", 9});
  std::reverse(a.begin(), a.end());
  std::reverse(b.begin(), b.end());
  const auto turned = psi(a, b, {1, "order", 9});
  RC_ASSERT(found->psi >= 0 && found->psi == turned->psi && found->p == turned->p);
  RC_ASSERT(psi(a, a, {1, "order", 9})->psi == 0);
}

}  // namespace
}  // namespace wood::eval
