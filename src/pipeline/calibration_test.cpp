#include "pipeline/calibration.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wood {
namespace {

using Camp = std::vector<CampMember>;

Calibration alike(const Camp& camp, std::int64_t rho) {
  Calibration out;
  for (const CampMember& a : camp)
    for (const CampMember& b : camp)
      if (a.by < b.by) out.rho_ppm[{a.by, b.by}] = rho;
  return out;
}

// Against tables of the natural logarithm: ln 9 = 2.19722, ln 3 = 1.09861, ln 1.5 = 0.40546,
// ln 999999 = 13.81551, ln (63 · 999999) = 17.95864.
TEST(Calibration, TheWeightIsTheLogOfTheOdds) {
  EXPECT_EQ(log_odds_milli(900'000, 2), 2'197);
  EXPECT_EQ(log_odds_milli(750'000, 2), 1'098);
  EXPECT_EQ(log_odds_milli(600'000, 2), 405);
  EXPECT_EQ(log_odds_milli(500'000, 4), 1'098);  // three others share what is wrong
  EXPECT_EQ(log_odds_milli(999'999, 2), 13'815);
  EXPECT_EQ(log_odds_milli(999'999, 64), 17'958);
}

TEST(Calibration, WhoIsNoBetterThanChanceWeighsNothing) {
  EXPECT_EQ(log_odds_milli(500'000, 2), 0);
  EXPECT_EQ(log_odds_milli(250'000, 4), 0);
  EXPECT_EQ(log_odds_milli(1, 2), 0);
}

RC_GTEST_PROP(Calibration, MoreOftenRightWeighsNoLess, ()) {
  const std::int64_t options = *rc::gen::inRange(2, 65);
  const std::int64_t low = *rc::gen::inRange(1, 1'000'000);
  const std::int64_t high = *rc::gen::inRange<std::int64_t>(low, 1'000'000);
  RC_ASSERT(log_odds_milli(low, options) <= log_odds_milli(high, options));
}

TEST(Calibration, CopiesOfOneVoterAreOneVoter) {
  const Camp five = {{"a", 1'386}, {"b", 1'386}, {"c", 1'386}, {"d", 1'386}, {"e", 1'386}};
  EXPECT_EQ(camp_weight(five, {}), 5 * 1'386);
  EXPECT_EQ(camp_weight(five, alike(five, 1'000'000)), 1'386);
  // n·w / (1 + (n − 1)·rho): 5 · 1386 / 3, each rounded down.
  EXPECT_EQ(camp_weight(five, alike(five, 500'000)), 5 * 462);
  EXPECT_EQ(camp_weight({}, {}), 0);
}

TEST(Calibration, AWeakCopyOfAStrongVoterTakesNothingAway) {
  const Camp both = {{"strong", 2'000}, {"weak", 100}};
  EXPECT_EQ(camp_weight(both, alike(both, 1'000'000)), 2'000);
}

RC_GTEST_PROP(Calibration, AVoterMoreNeverMakesACampLighter, ()) {
  Camp camp;
  Calibration calibration;
  const int n = *rc::gen::inRange(1, 8);
  for (int i = 0; i < n; ++i) {
    const std::string by = "v" + std::to_string(i);
    for (const CampMember& other : camp)
      calibration.rho_ppm[{other.by, by}] = *rc::gen::inRange(0, 1'000'001);
    camp.push_back({by, *rc::gen::inRange(0, 20'000)});
  }
  Camp fewer = camp;
  fewer.erase(fewer.begin() + *rc::gen::inRange(0, n));
  RC_ASSERT(camp_weight(fewer, calibration) <= camp_weight(camp, calibration));
  std::reverse(camp.begin(), camp.end());
  const std::int64_t backwards = camp_weight(camp, calibration);
  std::reverse(camp.begin(), camp.end());
  RC_ASSERT(backwards == camp_weight(camp, calibration));
}

TEST(Calibration, SpeaksOfTheMindItWasMeasuredOf) {
  const Calibration c{
      .accuracy_ppm = {{"a", 800'000}, {"b", 800'000}}, .minds = {{"a", "x"}}, .rho_ppm = {}};
  EXPECT_TRUE(c.knows("a", "x"));
  EXPECT_FALSE(c.knows("a", "y"));
  EXPECT_TRUE(c.knows("b", "y"));
  EXPECT_FALSE(c.knows("c", "x"));
}

}  // namespace
}  // namespace wood
