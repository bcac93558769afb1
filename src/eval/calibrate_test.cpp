#include "eval/calibrate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "eval/isotonic.h"
#include "eval/testing.h"

namespace wood::eval {
namespace {

using Values = std::vector<double>;

TEST(Calibrate, ByHand) {
  const Values confidence{0.9, 0.9, 0.6, 0.6};
  const std::vector<int> right{1, 0, 1, 0};
  const Forecasts forecasts{confidence, right};
  EXPECT_DOUBLE_EQ(*brier(forecasts), (0.01 + 0.81 + 0.16 + 0.36) / 4);
  EXPECT_DOUBLE_EQ(*ece(forecasts), (0.4 + 0.1) / 2);
  EXPECT_NEAR(*log_loss(forecasts),
              -(std::log(0.9) + std::log(0.1) + std::log(0.6) + std::log(0.4)) / 4, 1e-12);
  const auto bins = reliability(forecasts);
  ASSERT_EQ(bins.size(), 10U);
  EXPECT_EQ(bins[8].count, 2);  // 0.9 is the upper edge of the ninth
  EXPECT_EQ(bins[5].count, 2);  // as 0.6 of the sixth
  EXPECT_EQ(bins[8].accuracy, 0.5);
  EXPECT_EQ(bins[0].interval.high, 1);
}

TEST(Calibrate, ASureErrorIsDearAndFinite) {
  const Values confidence{1};
  const std::vector<int> right{0};
  EXPECT_NEAR(*log_loss({confidence, right}), 52 * std::log(2), 1e-9);
  EXPECT_FALSE(brier({}) || log_loss({}) || ece({}) || murphy({}) || ece_test({}, {}));
}

TEST(Calibrate, EqualMassKeepsEqualsTogether) {
  const Values confidence{0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.7, 0.8, 0.9, 1.0};
  const std::vector<int> right(10, 1);
  const auto bins = reliability({confidence, right}, {Binning::Kind::mass, 5});
  EXPECT_LT(bins.size(), 5U);
  EXPECT_EQ(bins.front().count, 6);
  const Values alike(4, 0.3);
  EXPECT_EQ(reliability({alike, std::vector<int>(4, 0)}, {Binning::Kind::mass, 5}).size(), 1U);
}

struct Planted {
  Values confidence;
  std::vector<int> right;
};
// Right as often as confidence^power: power 1 is perfectly calibrated.
Planted planted(int n, double power, Luck& luck) {
  Planted out;
  for (int i = 0; i < n; ++i) {
    out.confidence.push_back(0.5 + 0.5 * luck.uniform());
    out.right.push_back(luck.uniform() < std::pow(out.confidence.back(), power) ? 1 : 0);
  }
  return out;
}

// A perfect mind has an ECE above zero, and the test does not hold it against it.
TEST(PlantedTruth, PerfectCalibrationIsNotCalledWrong) {
  constexpr int kRepeats = 200;
  int alarms = 0;
  int found = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Luck luck("calibrated", repeat);
    const Planted perfect = planted(100, 1, luck);
    const Planted sure = planted(100, 2, luck);
    const Draws draws{static_cast<std::uint64_t>(repeat), "ece", 199};
    const auto test = ece_test({perfect.confidence, perfect.right}, draws);
    EXPECT_GT(test->expected, 0.03);
    alarms += test->p <= 0.05 ? 1 : 0;
    found += ece_test({sure.confidence, sure.right}, draws)->p <= 0.05 ? 1 : 0;
  }
  RecordProperty("overconfidence found", found);
  EXPECT_TRUE(plausible(alarms, kRepeats, 0.05)) << alarms;
  EXPECT_GT(found, kRepeats * 9 / 10);
}

// Fitted on one half, an overconfident mind's confidences are true on the other.
TEST(PlantedTruth, TheMapMendsOverconfidenceOnOtherCases) {
  Luck luck("isotonic", 0);
  const Planted fitted = planted(2000, 2, luck);
  const Planted held_out = planted(2000, 2, luck);
  const auto map = CalibrationMap::fit({fitted.confidence, fitted.right});
  Values mended;
  for (const double one : held_out.confidence)
    mended.push_back(static_cast<double>(map->accuracy_ppm(std::llround(one * 1e6))) / 1e6);
  const double before = *ece({held_out.confidence, held_out.right});
  const double after = *ece({mended, held_out.right});
  EXPECT_GT(before, 0.12);
  EXPECT_LT(after, 0.05);
  EXPECT_LT(*brier({mended, held_out.right}), *brier({held_out.confidence, held_out.right}));
}

TEST(Isotonic, PoolsByHand) {
  const Values x{1, 2, 3, 4};
  const Values y{1, 3, 2, 5};
  EXPECT_EQ(isotonic(x, y), (std::vector<Point>{{1, 1}, {2, 2.5}, {3, 2.5}, {4, 5}}));
  const Values weights{1, 1, 3, 0};
  EXPECT_EQ(isotonic(x, y, weights), (std::vector<Point>{{1, 1}, {2, 2.25}, {3, 2.25}}));
  const Values ties{2, 2, 2, 3};
  EXPECT_EQ(isotonic(ties, y), (std::vector<Point>{{2, 2}, {3, 5}}));
  EXPECT_TRUE(isotonic(Values{}, Values{}).empty());
}

TEST(CalibrationMap, SaysTheSameAfterItWasWritten) {
  const Values confidence{0.2, 0.4, 0.6, 0.8};
  const std::vector<int> right{0, 1, 0, 1};
  using enum CalibrationMap::Between;
  for (const auto between : {linear, step}) {
    const auto map = CalibrationMap::fit({confidence, right}, between);
    EXPECT_EQ(map->accuracy_ppm(0), 0);
    EXPECT_EQ(map->accuracy_ppm(500'000), 500'000);
    EXPECT_EQ(map->accuracy_ppm(300'000), between == linear ? 250'000 : 0);
    EXPECT_EQ(map->accuracy_ppm(1'000'000), 1'000'000);
    const auto read = CalibrationMap::from(map->json());
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->json(), map->json());
    EXPECT_EQ(read->knots(), map->knots());
  }
  EXPECT_FALSE(CalibrationMap::fit({}));
}

TEST(CalibrationMap, RefusesWhatIsNone) {
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {R"({"knots":[[1,1]]})", "linear or step"},
           {R"({"between":"linear"})", "needs knots"},
           {R"({"between":"linear","knots":[]})", "needs knots"},
           {R"({"between":"linear","knots":[[1]]})", "knot 0"},
           {R"({"between":"linear","knots":[["a",1]]})", "no pair of integers"},
           {R"({"between":"step","knots":[[1,1000001]]})", "outside"},
           {R"({"between":"step","knots":[[1,5],[1,6]]})", "knot 1"},
           {R"({"between":"step","knots":[[1,5],[2,4]]})", "does not rise"}}) {
    const auto read = CalibrationMap::from(*parse_json(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::schema);
    EXPECT_NE(read.error().what.find(says), std::string::npos) << read.error().what;
  }
}

Planted some_forecasts() {
  Planted out;
  for (const int one : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 128))) {
    out.confidence.push_back(one / 2 / 63.0);
    out.right.push_back(one % 2);
  }
  return out;
}

RC_GTEST_PROP(CalibrateProperty, MurphyAddsUpAndBinsHoldAll, ()) {
  const Planted some = some_forecasts();
  const Forecasts forecasts{some.confidence, some.right};
  for (const auto kind : {Binning::Kind::width, Binning::Kind::mass}) {
    int count = 0;
    for (const auto& bin : reliability(forecasts, {kind, 4})) {
      count += bin.count;
      RC_ASSERT(bin.low <= bin.high);
      if (bin.count == 0) continue;
      RC_ASSERT(bin.confidence >= bin.low - 1e-12 && bin.confidence <= bin.high + 1e-12);
      RC_ASSERT(bin.interval.holds(bin.accuracy));
    }
    RC_ASSERT(count == static_cast<int>(some.right.size()));
    if (const auto parts = murphy(forecasts, {kind, 4})) {
      const double sum =
          parts->reliability - parts->resolution + parts->uncertainty + parts->within;
      RC_ASSERT(std::abs(sum - parts->brier) < 1e-12);
      RC_ASSERT(parts->resolution <= parts->uncertainty + 1e-12);
    }
    if (const auto error = ece(forecasts, {kind, 4})) RC_ASSERT(*error >= 0 && *error <= 1);
  }
}

// One confidence in each bin: then the three parts of the textbook are all.
RC_GTEST_PROP(CalibrateProperty, NothingIsLeftWithinBinsOfOneValue, ()) {
  Planted some = some_forecasts();
  for (double& one : some.confidence) one = std::ceil(one * 8) / 8;
  for (double& one : some.confidence) one = std::max(one, 0.125);  // 0 would share the first bin
  if (const auto parts = murphy({some.confidence, some.right}, {Binning::Kind::width, 8}))
    RC_ASSERT(std::abs(parts->within) < 1e-12);
}

RC_GTEST_PROP(IsotonicProperty, RisesKeepsTheMeanAndKnowsNoOrder, ()) {
  const auto cells = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4096));
  Values x;
  Values y;
  for (const int one : cells) {
    x.push_back(one % 64);
    y.push_back(one / 64 / 8.0);
  }
  const auto knots = isotonic(x, y);
  for (std::size_t i = 1; i < knots.size(); ++i)
    RC_ASSERT(knots[i].x > knots[i - 1].x && knots[i].y >= knots[i - 1].y);
  const auto at = [&](double value) {  // every x lies on a level
    const auto knot = std::find_if(knots.rbegin(), knots.rend(),
                                   [&](const Point& one) { return one.x <= value; });
    return knot->y;
  };
  double sum = 0;
  double fitted = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += y[i];
    fitted += at(x[i]);
  }
  RC_ASSERT(std::abs(sum - fitted) < 1e-8);
  const Values turned_x(x.rbegin(), x.rend());
  const Values turned_y(y.rbegin(), y.rend());
  RC_ASSERT(isotonic(turned_x, turned_y) == knots);
}

}  // namespace
}  // namespace wood::eval
