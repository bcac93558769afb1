// What changes sides as one when a permutation test deals two samples anew.
//
// A permutation test needs values that could as well have come from the other side. The hundred
// answers of one turn could not, one by one: they were given to the same prices. What could is the
// whole run, since seeds are independent, or, less surely, a block of its turns. A test that deals
// single values where they depend on each other finds drift everywhere (drift_report_test.cpp
// measures it).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eval/bootstrap.h"

namespace wood::eval {

// One number a value, of either side; equal numbers on one side are one unit, on two sides two.
// Both empty: each value is a unit. Borrowed.
struct Units {
  std::span<const int> reference{}, now{};
};

// The units of two pooled samples, the reference's first, and how they are dealt.
class Deal {
 public:
  // Sizes of the samples; `units` has as many numbers, or none (CHECK).
  Deal(std::size_t reference, std::size_t now, Units units);

  // Of each pooled value, its unit: the reference's units come first.
  [[nodiscard]] const std::vector<std::uint32_t>& unit() const { return unit_; }
  [[nodiscard]] bool by_value() const { return by_value_; }
  [[nodiscard]] std::size_t units() const { return units_; }
  [[nodiscard]] std::size_t units_of_reference() const { return reference_; }

  // Which units are the reference's in permutation r: as many as there were, every choice alike.
  [[nodiscard]] std::vector<char> labels(const Draws& draws, int r) const;

 private:
  std::vector<std::uint32_t> unit_;
  std::size_t units_ = 0, reference_ = 0;
  bool by_value_ = false;
};

// A pooled value and the unit that it is dealt with.
struct Placed {
  double value = 0;
  std::uint32_t unit = 0;
};
// Of two samples, ascending. Where each value is a unit it is dealt by its rank, so that the order
// in which values come changes nothing.
[[nodiscard]] std::vector<Placed> ascending(std::span<const double> reference,
                                            std::span<const double> now, const Deal& deal);

// In how many ways `units` can be dealt so that `reference` are the reference's; a double, since
// 30 over 15 is beyond what a p-value needs. The smallest p-value of a test that deals them is
// about one over it.
[[nodiscard]] double ways_to_deal(std::int64_t units, std::int64_t reference);

}  // namespace wood::eval
