// Money, prices and quantities: int64 of one unit each, never mixed by accident.
//
// Money is in millipebbles (1/1000 pebble). A price is in Ticks; an instrument says how many
// millipebbles a tick is. A quantity is in Lots. Products go through 128 bits; every division names
// its rounding. Overflow of + and - is a CHECK: sizes that could overflow are refused at admission
// (market/control.h), so reaching one is a bug.
#pragma once

#include <compare>
#include <cstdint>

#include "core/check.h"

namespace wood {

template <class Tag>
struct Quantity {
  std::int64_t value = 0;

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  constexpr Quantity operator-() const { return Quantity{} - *this; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    std::int64_t sum = 0;
    CHECK(!__builtin_add_overflow(a.value, b.value, &sum));
    return {sum};
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    std::int64_t difference = 0;
    CHECK(!__builtin_sub_overflow(a.value, b.value, &difference));
    return {difference};
  }
  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
  constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }
};

using Money = Quantity<struct MoneyTag>;  // millipebbles
using Ticks = Quantity<struct TicksTag>;  // price steps
using Lots = Quantity<struct LotsTag>;    // units of a good

enum class Round {
  down,  // towards minus infinity
  up,    // towards plus infinity
  half_even,
};

// a * b / c with a 128-bit product. c > 0. A quotient outside int64 is a CHECK.
std::int64_t mul_div(std::int64_t a, std::int64_t b, std::int64_t c, Round round);

// a * b, checked against int64. Use where admission has bounded the factors.
constexpr std::int64_t mul(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  CHECK(!__builtin_mul_overflow(a, b, &product));
  return product;
}

// Part of an amount in basis points (1/10,000).
inline Money bps(Money amount, std::int64_t points, Round round) {
  return {mul_div(amount.value, points, 10'000, round)};
}

}  // namespace wood
