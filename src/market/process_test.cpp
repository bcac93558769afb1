#include "market/process.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>

namespace wood {
namespace {

// Relative to the size of the expected value.
void expect_close(double value, double expected, double part) {
  EXPECT_LE(std::abs(value - expected), part * std::abs(expected)) << value << " " << expected;
}

TEST(Process, ExpAndLogAgreeWithTheLibrary) {
  for (double x = -700; x <= 700; x += 0.37) expect_close(exp_of(x), std::exp(x), 4e-16);
  for (double x = 1e-300; x < 1e300; x *= 1.7) expect_close(log_of(x), std::log(x), 4e-16);
  for (double x = 0.5; x < 2; x += 0.00137)
    EXPECT_LE(std::abs(log_of(x) - std::log(x)), 2.3e-16) << x;
  EXPECT_EQ(exp_of(0), 1.0);
  EXPECT_EQ(log_of(1), 0.0);
}

// The bits themselves: on every machine the same.
TEST(Process, ExpAndLogAreTheseBits) {
  EXPECT_EQ(std::bit_cast<std::uint64_t>(exp_of(1)), 0x4005bf0a8b14576aULL);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(log_of(10)), 0x40026bb1bbb55516ULL);
}

TEST(Process, NormalInverseHasTheTabledValues) {
  const std::pair<double, double> known[] = {
      {1e-300, -37.0470962993612},
      {1e-20, -9.262340089798405},
      {1e-10, -6.361340902404056},
      {0.001, -3.090232306167813},
      {0.02425, -1.9729610513118845},
      {0.074, -1.4466320671589785},
      {0.25, -0.6744897501960817},
      {0.6, 0.2533471031357998},
      {0.93, 1.4757910281791708},
      {0.99, 2.3263478740408408},
  };
  for (const auto& [p, z] : known) expect_close(normal_inverse(p), z, 4e-15);
  EXPECT_EQ(normal_inverse(0.5), 0.0);
}

RC_GTEST_PROP(ProcessProperty, NormalInverseUndoesTheDistribution, ()) {
  const double p = (*rc::gen::inRange<int>(1, 1000000) - 0.5) / 1e6;
  const double back = std::erfc(-normal_inverse(p) / std::sqrt(2.0)) / 2;
  RC_ASSERT(std::abs(back - p) <= 1e-14 + 1e-13 * p);
}

TEST(Process, APathIsAFunctionOfItsSeed) {
  const ProcessParams params{.jump_ppm = 100'000, .jump_size_ppm = 100'000};
  const LatentStep from{400'000, 400'000, 7, 1, 2};
  const auto values = path(params, from, 6);
  EXPECT_EQ(values, path(params, from, 6));
  EXPECT_EQ(values[0], 400'000);
  LatentStep later = from;  // taken up half way, it goes on the same
  later.value = values[3];
  later.turn = 4;
  EXPECT_EQ(path(params, later, 3), (std::vector<std::int64_t>{values[3], values[4], values[5]}));
  LatentStep elsewhere = from;
  elsewhere.good = 3;
  EXPECT_NE(path(params, elsewhere, 6), values);
}

// Golden: a change of these numbers breaks the replay of every recorded run.
TEST(Process, TheseValuesAreRecorded) {
  const ProcessParams params{1'000, 30'000, 200'000, 150'000, 50'000};
  EXPECT_EQ(path(params, {400'000, 400'000, 42, 1, 0}, 5),
            (std::vector<std::int64_t>{400'000, 396'558, 389'987, 376'072, 435'374}));
}

TEST(Process, HasTheMomentsItsParametersSay) {
  const ProcessParams params{.drift_ppm = 0, .volatility_ppm = 40'000};
  double sum = 0, squares = 0;
  constexpr int draws = 20'000;
  for (int i = 0; i < draws; ++i) {
    const double r = std::log(
        static_cast<double>(step(params, {50'000'000, 50'000'000, 3, i, 0})) / 50'000'000.0);
    sum += r;
    squares += r * r;
  }
  EXPECT_NEAR(sum / draws, -0.0008, 0.0011);  // −volatility²/2, four standard errors wide
  EXPECT_NEAR(std::sqrt(squares / draws), 0.04, 0.0008);
}

TEST(Process, RevertsToItsAnchor) {
  const ProcessParams params{.volatility_ppm = 0, .reversion_ppm = 500'000};
  const auto values = path(params, {100'000, 400'000, 1, 1, 0}, 12);
  EXPECT_EQ(values[1], 200'000);  // half of the way, in the logarithm
  EXPECT_NEAR(static_cast<double>(values[11]), 400'000, 400);
}

TEST(Process, JumpsAsOftenAsItShould) {
  const ProcessParams params{.volatility_ppm = 0, .jump_ppm = 100'000, .jump_size_ppm = 200'000};
  int jumps = 0;
  for (int turn = 0; turn < 5'000; ++turn)
    jumps += step(params, {400'000, 400'000, 5, turn, 0}) != 400'000;
  EXPECT_NEAR(jumps, 500, 90);
}

TEST(Process, StaysBetweenOneTickAndTheLargestPrice) {
  const ProcessParams wild{.drift_ppm = 1'000'000, .volatility_ppm = 2'000'000};
  const ProcessParams down{.drift_ppm = -1'000'000, .volatility_ppm = 0};
  EXPECT_LE(path(wild, {400'000, 400'000, 1, 1, 0}, 60).back(), 262'143'000);
  EXPECT_EQ(path(down, {400'000, 400'000, 1, 1, 0}, 60).back(), 1'000);
}

TEST(Process, ShiftsByALogarithm) {
  EXPECT_EQ(shifted(400'000, 0), 400'000);
  EXPECT_EQ(shifted(400'000, 693'147), 800'000);
  EXPECT_EQ(shifted(400'000, -693'147), 200'000);
  EXPECT_EQ(shifted(400'000, 10'000'000), 262'143'000);
}

TEST(Process, ParametersAreReadAndNamed) {
  EXPECT_EQ(process_from(Json()).value(), ProcessParams{});
  const ProcessParams params{1, 2, 3, 4, 5};
  EXPECT_EQ(process_from(json(params)).value(), params);
  const auto bad = process_from(parse_json(R"({"jump_ppm":2000000,"sigma":1})").value());
  ASSERT_FALSE(bad.has_value());
  EXPECT_NE(bad.error().what.find("process.jump_ppm"), std::string::npos);
  EXPECT_NE(bad.error().what.find("sigma"), std::string::npos);
}

}  // namespace
}  // namespace wood
