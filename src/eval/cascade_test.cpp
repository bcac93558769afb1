#include "eval/cascade.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "eval/testing.h"

namespace wood::eval {
namespace {

TEST(Cascade, ByHand) {
  const std::vector<CascadeItem> items{
      {0, 1, 0.2, 1, 10}, {1, 1, 0.9, 1, 10}, {0, 1, 0.4, 1, 10}, {1, 1, 0.7, 1, 10}};
  const auto found = cascade(items);
  ASSERT_EQ(found->curve.size(), 5U);
  EXPECT_EQ(found->curve[0].threshold, 0);
  EXPECT_EQ(found->curve[0].accuracy, 0.5);
  EXPECT_EQ(found->curve[2].threshold, 0.7);
  EXPECT_EQ(found->curve[2].accuracy, 1);
  EXPECT_EQ(found->curve[2].cost, 6);
  EXPECT_EQ(found->curve[4].threshold, kAlways);
  EXPECT_EQ(found->curve[4].cost, 11);  // both minds
  EXPECT_EQ(found->large_cost, 10);
  // PGR at shares 0, ¼, ½, ¾, 1 is 0, ½, 1, 1, 1.
  EXPECT_DOUBLE_EQ(*found->apgr, (0.25 + 0.75 + 1 + 1) / 4);
  EXPECT_DOUBLE_EQ(*found->over_random, 0.25);
  EXPECT_EQ(found->at_95.cost, 6);
  EXPECT_DOUBLE_EQ(*found->cost_share_at_95, 0.6);
}

TEST(Cascade, WithoutABetterMindThereIsNoGapToRecover) {
  const std::vector<CascadeItem> items{{1, 0, 0.5, 1, 2}, {0, 1, 0.5, 1, 2}};
  const auto found = cascade(items);
  EXPECT_FALSE(found->apgr);
  EXPECT_EQ(found->at_95.escalated, 0);
  EXPECT_FALSE(cascade({}));
  EXPECT_FALSE(apgr(items, {}));
}

std::vector<CascadeItem> planted(int n, double slope, Luck& luck) {
  std::vector<CascadeItem> out;
  for (int i = 0; i < n; ++i) {
    CascadeItem item{0, 0, luck.uniform(), 1, 20};
    item.small_right = luck.uniform() < 0.6 + slope * (item.small_confidence - 0.5) ? 1 : 0;
    item.large_right = luck.uniform() < 0.9 ? 1 : 0;
    out.push_back(item);
  }
  return out;
}

// Small right at 0.6 + s(c − ½), large at 0.9: PGR(x) = x + (s/0.6)·x(1 − x), so APGR = ½ + s/3.6.
TEST(PlantedTruth, ApgrHoldsWhatTheConfidenceIsWorth) {
  constexpr int kRepeats = 200;
  for (const double slope : {0.0, 0.5}) {
    int held = 0;
    double sum = 0;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      Luck luck("apgr", repeat);
      const auto items = planted(120, slope, luck);
      const auto found = apgr(items, {static_cast<std::uint64_t>(repeat), "apgr", 200});
      ASSERT_TRUE(found);
      sum += found->value / kRepeats;
      held += found->interval.holds(0.5 + slope / 3.6) ? 1 : 0;
    }
    EXPECT_NEAR(sum, 0.5 + slope / 3.6, 0.02) << slope;
    EXPECT_TRUE(plausible(held, kRepeats, 0.95)) << held << " at slope " << slope;
  }
}

RC_GTEST_PROP(CascadeProperty, TheCurveIsWhatEachBarGives, ()) {
  std::vector<CascadeItem> items;
  for (const int one : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1024)))
    items.push_back({one & 1, one >> 1 & 1, (one >> 2 & 15) / 16.0, 1, 1.0 + (one >> 6)});
  RC_PRE(!items.empty());
  const auto found = cascade(items);
  std::reverse(items.begin(), items.end());
  RC_ASSERT(cascade(items)->apgr == found->apgr);
  double cost = -1;
  for (const CascadePoint& point : found->curve) {
    const CascadePoint direct = cascade_at(items, point.threshold);
    RC_ASSERT(direct.accuracy == point.accuracy && direct.cost == point.cost &&
              direct.escalated == point.escalated);
    RC_ASSERT(point.cost > cost);
    cost = point.cost;
  }
  RC_ASSERT(100 * found->at_95.accuracy >= 95 * found->large_accuracy - 1e-9);
  RC_ASSERT(found->curve.front().escalated == 0 && found->curve.back().escalated == 1);
}

}  // namespace
}  // namespace wood::eval
