#include "eval/units.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "eval/drift.h"
#include "eval/ks.h"
#include "eval/testing.h"

namespace wood::eval {
namespace {

TEST(Deal, WithoutUnitsEachValueIsOne) {
  const Deal deal(3, 2, {});
  EXPECT_TRUE(deal.by_value());
  EXPECT_EQ(deal.units(), 5u);
  EXPECT_EQ(deal.units_of_reference(), 3u);
  EXPECT_EQ(deal.unit(), (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST(Deal, EqualNumbersOfTwoSidesAreTwoUnits) {
  const std::vector<int> a = {7, 7, 9}, b = {7, 4, 4, 7};
  const Deal deal(3, 4, {a, b});
  EXPECT_EQ(deal.units(), 4u);
  EXPECT_EQ(deal.units_of_reference(), 2u);
  EXPECT_EQ(deal.unit(), (std::vector<std::uint32_t>{0, 0, 1, 2, 3, 3, 2}));
}

TEST(Deal, EachPermutationHasAsManyOfTheReference) {
  const Deal deal(6, 4, {});
  std::vector<int> times(10, 0);
  constexpr int kTimes = 2'000;
  for (int r = 0; r < kTimes; ++r) {
    const std::vector<char> mask = deal.labels({1, "deal", kTimes}, r);
    EXPECT_EQ(std::count(mask.begin(), mask.end(), 1), 6);
    for (std::size_t i = 0; i < mask.size(); ++i) times[i] += mask[i];
  }
  for (const int one : times) EXPECT_TRUE(plausible(one, kTimes, 0.6)) << one;
}

TEST(Deal, WaysAreBinomial) {
  EXPECT_EQ(ways_to_deal(10, 5), 252);
  EXPECT_EQ(ways_to_deal(14, 7), 3'432);
  EXPECT_EQ(ways_to_deal(5, 5), 1);
  EXPECT_EQ(ways_to_deal(2, 1), 2);
}

TEST(KsPermuted, OfSingleValuesAgreesWithTheExactTest) {
  Luck luck("ks", 1);
  std::vector<double> a, b;
  for (int i = 0; i < 40; ++i) a.push_back(luck.normal()), b.push_back(luck.normal() + 0.5);
  const auto exact = *ks_two_sample(a, b);
  const auto drawn = *ks_permuted(a, b, {1, "ks", 9'999}, {});
  EXPECT_EQ(drawn.statistic, exact.statistic);
  EXPECT_NEAR(drawn.p, exact.p, 3.5 * std::sqrt(exact.p * (1 - exact.p) / 9'999));
  EXPECT_FALSE(ks_permuted({}, b, {}, {}));
}

// Eight runs a side, twenty values a run, half of whose variance is the run's: no drift. Dealing
// values finds it nearly always, dealing runs at the rate that was asked.
TEST(PlantedTruth, ValuesOfOneRunAreNoTwentyWitnesses) {
  constexpr int kRepeats = 200, kRuns = 8, kValues = 20;
  int psi_runs = 0, ks_runs = 0, ks_values = 0, psi_values = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck luck("units", repeat);
    std::vector<double> value[2];
    std::vector<int> run[2];
    for (int side = 0; side < 2; ++side)
      for (int r = 0; r < kRuns; ++r) {
        const double common = luck.normal();
        for (int v = 0; v < kValues; ++v)
          value[side].push_back(common + luck.normal()), run[side].push_back(r);
      }
    const Draws draws{static_cast<std::uint64_t>(repeat), "units", 199};
    const Units units{run[0], run[1]};
    const auto dealt =
        psi(value[0], value[1], draws, {.bins = 10, .smoothing = 0.5, .units = units});
    psi_runs += dealt->p <= 0.05;
    EXPECT_GE(dealt->rule_false_alarms, 0.5) << "the rule of thumb nearly always fires here";
    ks_runs += ks_permuted(value[0], value[1], draws, units)->p <= 0.05;
    ks_values += ks_two_sample(value[0], value[1])->p <= 0.05;
    if (repeat < 40) psi_values += psi(value[0], value[1], draws)->p <= 0.05;
  }
  RecordProperty("KS by value, per mille", ks_values * 1000 / kRepeats);
  EXPECT_TRUE(plausible(psi_runs, kRepeats, 0.05)) << psi_runs;
  EXPECT_TRUE(plausible(ks_runs, kRepeats, 0.05)) << ks_runs;
  EXPECT_GT(ks_values, kRepeats / 2);
  EXPECT_GT(psi_values, 20);
}

TEST(PlantedTruth, CategoriesAndCalibrationOfOneRunChangeSidesTogether) {
  constexpr int kRepeats = 200, kRuns = 8, kValues = 10;
  int categories = 0, overall = 0, by_bin = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck luck("units.more", repeat);
    std::vector<int> kind[2], right[2], run[2];
    std::vector<double> confidence[2];
    for (int side = 0; side < 2; ++side)
      for (int r = 0; r < kRuns; ++r) {
        const double often = luck.uniform();
        for (int v = 0; v < kValues; ++v) {
          run[side].push_back(r);
          kind[side].push_back(luck.uniform() < often ? 1 : 0);
          right[side].push_back(luck.uniform() < often ? 1 : 0);
          confidence[side].push_back(0.5 + 0.4 * luck.uniform());
        }
      }
    const Draws draws{static_cast<std::uint64_t>(repeat), "units", 199};
    const Units units{run[0], run[1]};
    categories += psi_of_categories(kind[0], kind[1], 2, draws,
                                    {.bins = 10, .smoothing = 0.5, .units = units})
                      ->p <= 0.05;
    const auto shift =
        calibration_shift({confidence[0], right[0]}, {confidence[1], right[1]}, draws, 10, units);
    overall += shift->overall_p <= 0.05, by_bin += shift->by_bin_p <= 0.05;
  }
  for (const int hits : {categories, overall, by_bin})
    EXPECT_TRUE(plausible(hits, kRepeats, 0.05)) << hits;
}

}  // namespace
}  // namespace wood::eval
