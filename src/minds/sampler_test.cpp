#include "minds/sampler.h"

#include <gtest/gtest.h>

#include <cmath>

namespace wood {
namespace {

const std::vector<float> kLogits = {1.0F, 3.0F, 3.0F, 2.0F, -1.0F};
const std::vector<bool> kAll(5, true);

TEST(Sampler, greedy_takes_the_first_of_the_greatest_that_is_allowed) {
  EXPECT_EQ(choose(kLogits, kAll, {}, {}), 1);
  EXPECT_EQ(choose(kLogits, {true, false, false, true, true}, {}, {}), 3);
  EXPECT_EQ(choose(kLogits, std::vector<bool>(5, false), {}, {}), -1);
  EXPECT_EQ(choose(std::vector<float>{NAN, -5.0F}, {true, true}, {}, {}), 1);
}

TEST(Sampler, draws_follow_the_distribution_and_depend_on_seed_and_place_alone) {
  Sampling sampling;
  sampling.temperature_milli = 1'000;
  sampling.seed = 9;
  std::vector<int> counts(5);
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    const int token = choose(kLogits, kAll, sampling, {i, 0});
    EXPECT_EQ(token, choose(kLogits, kAll, sampling, {i, 0}));
    ++counts[token];
  }
  double total = 0;
  for (const float logit : kLogits) total += std::exp(logit);
  for (std::size_t t = 0; t < kLogits.size(); ++t)
    EXPECT_NEAR(counts[t] / double{kDraws}, std::exp(kLogits[t]) / total, 0.015) << t;
}

TEST(Sampler, top_k_and_top_p_cut_the_tail) {
  Sampling sampling;
  sampling.temperature_milli = 2'000;
  sampling.top_k = 2;
  for (int i = 0; i < 200; ++i) EXPECT_LE(choose(kLogits, kAll, sampling, {i, 0}), 2);
  sampling.top_k = 0;
  sampling.top_p_milli = 1;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(choose(kLogits, kAll, sampling, {i, 0}), 1);
}

TEST(Sampler, our_exponential_is_the_exponential) {
  EXPECT_EQ(exponential(0), 1.0);
  EXPECT_EQ(exponential(-1e9), 0.0);
  for (double x = -600; x < 0; x += 0.37)
    EXPECT_NEAR(exponential(x) / std::exp(x), 1.0, 2e-15) << x;
}

}  // namespace
}  // namespace wood
