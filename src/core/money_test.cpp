#include "core/money.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <type_traits>

namespace wood {
namespace {

constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
__extension__ using Wide = __int128;

static_assert(!std::is_convertible_v<Money, Ticks>);
static_assert(!std::is_convertible_v<Lots, Money>);
static_assert(Money{3} + Money{4} == Money{7});

TEST(Money, MulDivRoundsAsItSays) {
  struct Case {
    std::int64_t a, b, c, down, up, even;
  };
  for (const Case& t : {Case{7, 1, 2, 3, 4, 4}, Case{5, 1, 2, 2, 3, 2}, Case{6, 1, 2, 3, 3, 3},
                        Case{-7, 1, 2, -4, -3, -4}, Case{-5, 1, 2, -3, -2, -2},
                        Case{-1, 1, 3, -1, 0, 0}, Case{1, 1, 3, 0, 1, 0}, Case{2, 1, 3, 0, 1, 1},
                        Case{0, 5, 3, 0, 0, 0}, Case{-2, 1, 3, -1, 0, -1}}) {
    EXPECT_EQ(mul_div(t.a, t.b, t.c, Round::down), t.down) << t.a << "/" << t.c;
    EXPECT_EQ(mul_div(t.a, t.b, t.c, Round::up), t.up) << t.a << "/" << t.c;
    EXPECT_EQ(mul_div(t.a, t.b, t.c, Round::half_even), t.even) << t.a << "/" << t.c;
  }
}

TEST(Money, MulDivGoesThrough128Bits) {
  EXPECT_EQ(mul_div(kMax, kMax, kMax, Round::down), kMax);
  EXPECT_EQ(mul_div(kMin, kMax, kMax, Round::up), kMin);
  EXPECT_EQ(mul_div(kMax, 10'000, 10'000, Round::half_even), kMax);
}

RC_GTEST_PROP(Money, MulDivIsTheFloorAndItsNeighbour, (std::int64_t a, std::int64_t b)) {
  const auto c = *rc::gen::inRange<std::int64_t>(1, kMax);
  const Wide product = static_cast<Wide>(a) * b;
  const Wide floor = product / c - (product % c < 0 ? 1 : 0);
  RC_PRE(floor >= kMin && floor < kMax);
  const auto down = mul_div(a, b, c, Round::down);
  RC_ASSERT(static_cast<Wide>(down) == floor);
  RC_ASSERT(static_cast<Wide>(down) * c <= product);
  RC_ASSERT(product - static_cast<Wide>(down) * c < c);
  RC_ASSERT(mul_div(a, b, c, Round::up) == down + (product % c != 0 ? 1 : 0));
  const auto even = mul_div(a, b, c, Round::half_even);
  RC_ASSERT(even == down || even == down + 1);
  const Wide off = product - static_cast<Wide>(even) * c;
  RC_ASSERT(2 * (off < 0 ? -off : off) <= c);
}

RC_GTEST_PROP(Money, ABpsOfBothSignsIsMirrored, (std::int64_t amount)) {
  RC_PRE(amount != kMin);
  RC_ASSERT(bps({amount}, 250, Round::down) == -bps({-amount}, 250, Round::up));
  RC_ASSERT(bps({amount}, 250, Round::half_even) == -bps({-amount}, 250, Round::half_even));
}

TEST(MoneyDeathTest, OverflowIsABug) {
  EXPECT_DEATH((void)(Money{kMax} + Money{1}), "overflow");
  EXPECT_DEATH((void)(Money{kMin} - Money{1}), "overflow");
  EXPECT_DEATH((void)-Money{kMin}, "overflow");
  EXPECT_DEATH((void)mul(kMax, 2), "overflow");
  EXPECT_DEATH((void)mul_div(kMax, 2, 1, Round::down), "quotient");
  EXPECT_DEATH((void)mul_div(kMin, 2, 1, Round::down), "quotient");
  EXPECT_DEATH((void)mul_div(1, 1, 0, Round::down), "c > 0");
}

}  // namespace
}  // namespace wood
