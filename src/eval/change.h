// How long until a change of regime is noticed: Page's cumulative sums (1954), in the two-sided
// tabular form, over a stream of values standardised by a reference.
//
//   up ← max(0, up + z − allowance)      down ← max(0, down − z − allowance)
//
// with z = (x − mean)/deviation; an alarm where either passes the threshold. Allowance ½ is made
// for shifts of one deviation. Threshold 5 gives one false alarm in 465 normal, independent values
// on the mean and notices such a shift in 10.4 (Montgomery, Introduction to Statistical Quality
// Control, table 9.4; change_test.cpp measures both). For values that are not normal
// cusum_threshold finds the threshold from the reference itself. Values that depend on each other
// alarm more often than either says.
#pragma once

#include <optional>
#include <span>

#include "eval/bootstrap.h"

namespace wood::eval {

struct Cusum {
  double mean = 0;
  double deviation = 1;    // > 0 (CHECK)
  double allowance = 0.5;  // in deviations, ≥ 0
  double threshold = 5;    // in deviations, > 0
};
// Mean and deviation of a reference stretch. nullopt: fewer than two values, or all alike.
[[nodiscard]] std::optional<Cusum> cusum_of(std::span<const double> reference);

// The index of the first value at which the sums pass the threshold, begun at zero. nullopt: none.
[[nodiscard]] std::optional<int> first_alarm(std::span<const double> stream, const Cusum& terms);

// How high the larger of the two sums gets, in deviations; 0 for an empty stream.
[[nodiscard]] double highest_sum(std::span<const double> stream, const Cusum& terms);

// The threshold that streams of `length` values without a change pass with chance `false_alarms`
// (in (0, 1), length ≥ 1, CHECK): streams are drawn with replacement from the reference, which must
// not be empty. draws.replicates streams. Where the reference has few values, or one far out, a
// single value may decide whether a stream alarms: then the chance is below what was asked.
[[nodiscard]] double cusum_threshold(std::span<const double> reference, const Cusum& terms,
                                     int length, double false_alarms, const Draws& draws);

struct Detection {
  // Values from the injected change to the alarm, 1 for an alarm at the first changed value;
  // nullopt: not noticed by the stream's end.
  std::optional<int> delay{};
  int false_alarms = 0;  // before the change; the sums begin again at zero after each
};
// change_at: index of the first value of the new regime, 0..length (CHECK).
[[nodiscard]] Detection detect(std::span<const double> stream, int change_at, const Cusum& terms);

}  // namespace wood::eval
