#include "market/process_fit.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

std::string failure(std::string_view csv, const std::string& column) {
  const auto prices = parse_prices(csv, column);
  return prices ? "" : prices.error().what;
}

TEST(Prices, ReadAColumnByNameOrNumber) {
  const std::string csv = "date,open,close\r\n2024-01-02,1.5,2.25\r\n\r\n2024-01-03,1,3\r\n";
  const auto close = parse_prices(csv, "close");
  ASSERT_TRUE(close.has_value());
  EXPECT_EQ(close->values, (std::vector<std::int64_t>{2'250'000, 3'000'000}));
  EXPECT_EQ(close->first_line, 2);
  EXPECT_EQ(parse_prices(csv, "2")->values, (std::vector<std::int64_t>{1'500'000, 1'000'000}));
  EXPECT_EQ(parse_prices("4\n5\n", "1")->values.size(), 2u);
  EXPECT_EQ(parse_prices("a;p\n\"x;y\";0.0000015\n", "p")->values[0], 2);
  EXPECT_EQ(parse_prices("\"say \"\"hi\"\"\",p\n1,2\n", "say \"hi\"")->values[0], 1'000'000);
}

TEST(Prices, ErrorsNameTheLine) {
  EXPECT_EQ(failure("p\n1\nx\n", "p"), "line 3, column 1: \"x\" is no decimal number");
  EXPECT_EQ(failure("p\n1\n-2\n", "p"), "line 3, column 1: a price must be above zero, not -2");
  EXPECT_EQ(failure("a,p\n1,2\n3\n", "p"), "line 3: the line has 1 columns, the first has 2");
  EXPECT_EQ(failure("p\n\"1\n", "p"), "line 2: a quote is not closed");
  EXPECT_EQ(failure("\"p\n", "p"), "line 1: a quote is not closed");
  EXPECT_NE(failure("date,close\n", "clse").find("did you mean close?"), std::string::npos);
  EXPECT_NE(failure("date,close\n", "3").find("2 columns"), std::string::npos);
  EXPECT_EQ(failure("p\n", "p"), "the file holds no prices");
  EXPECT_EQ(failure("", "p"), "the file holds no prices");
  for (const char* bad : {"1.", ".5", "1e5", "1,5", "999999999999", "--1", "nan"})
    EXPECT_FALSE(parse_prices("p\n" + std::string(bad) + "\n", "p").has_value()) << bad;
}

Prices simulated(const ProcessParams& params, int count) {
  Prices prices;
  for (const auto value : path(params, {4'000'000, 4'000'000, 11, 1, 0}, count))
    prices.values.push_back(value * 1'000);
  return prices;
}

TEST(Fit, FindsTheParametersOfAPathOfItsOwn) {
  const ProcessParams truth{0, 30'000, 20'000, 250'000, 60'000};
  const auto found = fit(simulated(truth, 3'000));
  ASSERT_TRUE(found.has_value());
  const ProcessParams& p = found->params;
  EXPECT_NEAR(static_cast<double>(p.volatility_ppm), 30'000, 1'500);
  EXPECT_NEAR(static_cast<double>(p.reversion_ppm), 60'000, 12'000);
  EXPECT_NEAR(static_cast<double>(p.jump_ppm), 14'000, 6'000);  // the small ones pass for noise
  EXPECT_NEAR(static_cast<double>(p.jump_size_ppm), 280'000, 80'000);
  EXPECT_EQ(p.drift_ppm, 0);
  EXPECT_TRUE(process_from(json(p)).has_value());
}

TEST(Fit, SeesDriftWhereNothingReverts) {
  const auto found = fit(simulated({2'000, 20'000, 0, 0, 0}, 1'500));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->params.reversion_ppm, 0);
  EXPECT_NEAR(static_cast<double>(found->params.drift_ppm), 2'000,
              4.0 * static_cast<double>(found->drift_error_ppm));
  EXPECT_NEAR(static_cast<double>(found->params.volatility_ppm), 20'000, 1'500);
}

TEST(Fit, APriceThatNeverMovesHasNoVolatility) {
  const auto found = fit({std::vector<std::int64_t>(40, 5'000'000), 1});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->params, (ProcessParams{0, 0, 0, 0, 0}));
}

TEST(Fit, NeedsEnoughPricesAboveZero) {
  EXPECT_EQ(fit({std::vector<std::int64_t>(29, 5), 1}).error().code, Errc::schema);
  EXPECT_EQ(fit({std::vector<std::int64_t>(40, 0), 1}).error().code, Errc::schema);
}

TEST(Fit, WritesAScenariosFragment) {
  const Json out = json(*fit({std::vector<std::int64_t>(40, 5'250'000), 1}));
  EXPECT_EQ(out.at("process").at("volatility_ppm").integer(), 0);
  EXPECT_EQ(out.at("fit").at("returns").integer(), 39);
  EXPECT_EQ(out.at("fit").at("first").string(), "5.250000");
}

}  // namespace
}  // namespace wood
