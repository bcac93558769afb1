#include "core/rng.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

namespace wood {
namespace {

using Words = std::array<std::uint32_t, 4>;

// kat_vectors of Random123 1.14, the three lines "philox4x32 10".
TEST(Philox, PublishedKnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Fnv1a, PublishedKnownAnswers) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8ULL);
}

// Every recorded run depends on these: a change of the derivation is a change of the format.
TEST(Chance, TheDerivationOfStreamsIsFixed) {
  const Chance chance(42, "villager.side", 7, 3);
  EXPECT_EQ(chance.bits(0), 0xd6856ec796b27989ULL);
  EXPECT_EQ(chance.bits(1), 0x5009e40b91c4f57aULL);
  EXPECT_EQ(chance.permutation(8), (std::vector<int>{5, 4, 7, 1, 3, 0, 2, 6}));
}

TEST(Chance, EveryPartOfTheKeyMatters) {
  std::set<std::uint64_t> seen;
  for (const std::uint64_t seed : {0ULL, 1ULL, ~0ULL})
    for (const char* purpose : {"a", "b", ""})
      for (const std::int64_t turn : {-1, 0, 1})
        for (const std::int64_t entity : {-1, 0, 1})
          for (const std::uint32_t n : {0U, 1U, ~0U})
            seen.insert(Chance(seed, purpose, turn, entity).bits(n));
  EXPECT_EQ(seen.size(), 3U * 3 * 3 * 3 * 3);
}

TEST(Chance, AnotherAgentShiftsNobodysLuck) {
  std::vector<std::uint64_t> alone;
  std::vector<std::uint64_t> in_company;
  for (int turn = 0; turn < 20; ++turn) {
    alone.push_back(Chance(9, "mood", turn, 1).bits(0));
    in_company.push_back(Chance(9, "mood", turn, 1).bits(0));
    (void)Chance(9, "mood", turn, 2).bits(0);
  }
  EXPECT_EQ(alone, in_company);
}

TEST(Chance, BelowIsUniform) {
  std::array<int, 7> counts{};
  const Chance chance(1, "uniform", 0, 0);
  for (std::uint32_t n = 0; n < 70'000; ++n) ++counts[static_cast<std::size_t>(chance.below(7, n))];
  // Standard deviation of a count: sqrt(70000 * 1/7 * 6/7) = 93.
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 4 * 93);
}

TEST(Chance, PartsPerMillion) {
  const Chance chance(1, "ppm", 0, 0);
  int hits = 0;
  for (std::uint32_t n = 0; n < 100'000; ++n) {
    EXPECT_FALSE(chance.ppm(0, n));
    EXPECT_TRUE(chance.ppm(1'000'000, n));
    hits += chance.ppm(250'000, n);
  }
  EXPECT_NEAR(hits, 25'000, 4 * 137);
}

RC_GTEST_PROP(Chance, BetweenStaysBetween, (std::int64_t a, std::int64_t b, std::uint32_t n)) {
  const std::int64_t low = std::min(a, b);
  std::int64_t width = 0;
  RC_PRE(!__builtin_sub_overflow(std::max(a, b), low, &width));
  RC_PRE(width < std::numeric_limits<std::int64_t>::max());
  const std::int64_t drawn = Chance(5, "between", 0, 0).between(low, std::max(a, b), n);
  RC_ASSERT(drawn >= low && drawn <= std::max(a, b));
}

RC_GTEST_PROP(Chance, PermutationHoldsEveryIndexOnce, (std::uint64_t seed)) {
  const int count = *rc::gen::inRange(0, 60);
  auto order = Chance(seed, "order", 0, 0).permutation(count);
  std::sort(order.begin(), order.end());
  RC_ASSERT(static_cast<int>(order.size()) == count);
  for (int i = 0; i < count; ++i) RC_ASSERT(order[static_cast<std::size_t>(i)] == i);
}

TEST(Chance, ThePermutationIsFair) {
  std::array<std::array<int, 4>, 4> at{};  // [value][place]
  for (int turn = 0; turn < 24'000; ++turn) {
    const auto order = Chance(3, "fair", turn, 0).permutation(4);
    for (std::size_t place = 0; place < 4; ++place)
      ++at[static_cast<std::size_t>(order[place])][place];
  }
  for (const auto& value : at)
    for (const int count : value) EXPECT_NEAR(count, 6'000, 4 * 67);
}

TEST(ChanceDeathTest, BoundsMustMakeSense) {
  const Chance chance(1, "x", 0, 0);
  EXPECT_DEATH((void)chance.below(0, 0), "bound > 0");
  EXPECT_DEATH((void)chance.between(2, 1, 0), "low <= high");
  EXPECT_DEATH((void)chance.between(std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max(), 0),
               "does not hold");
}

}  // namespace
}  // namespace wood
