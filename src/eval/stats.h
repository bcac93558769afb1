// What a sample says in one number: mean, spread, quantiles, Sharpe ratio, Gini coefficient, and
// the interval of a share.
//
// The folder's conventions, once for all its headers. Samples are spans of finite doubles (CHECK)
// and are not changed. A statistic that a sample cannot give, a variance of one value, a kappa of
// one voter, is std::nullopt, which a report prints as a dash: never zero, never NaN. Lengths that
// do not fit together are a bug (CHECK). Chance comes from core/rng.h by (seed, purpose), so every
// figure repeats. Nothing here knows what a run or a mind is; nothing reads or writes.
//
// Read on: bootstrap.h (intervals), paired.h (tests and their correction), power.h (what a test
// would have seen), agree.h (voters), calibrate.h, isotonic.h (confidences), drift.h, ks.h,
// change.h (two runs), cascade.h (small mind first).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace wood::eval {

struct Interval {
  double low = 0, high = 0;
  [[nodiscard]] bool holds(double value) const { return low <= value && value <= high; }
};

// CHECKs that all are finite.
void check_finite(std::span<const double> sample);
// Ascending copy.
[[nodiscard]] std::vector<double> sorted(std::span<const double> sample);

// nullopt: empty.
[[nodiscard]] std::optional<double> mean(std::span<const double> sample);
// With n − 1 below (unbiased); two passes. nullopt: fewer than two values.
[[nodiscard]] std::optional<double> variance(std::span<const double> sample);
[[nodiscard]] std::optional<double> deviation(std::span<const double> sample);  // its root

// Type 7 of Hyndman and Fan (1996), the default of R and NumPy: linear between the order statistics
// at (n − 1)·p. 0 ≤ p ≤ 1 (CHECK). nullopt: empty.
[[nodiscard]] std::optional<double> quantile(std::span<const double> sample, double p);
// The same of a sample that is ascending and not empty (CHECKed only at its ends).
[[nodiscard]] double quantile_of_sorted(std::span<const double> ascending, double p);

struct SharpeTerms {
  double risk_free = 0;  // return of a period without risk, taken off each return
  double periods = 1;    // periods a year (or a run) to scale by; the ratio grows with the root
};
// Mean excess return over its deviation (n − 1), times √periods (Sharpe 1994). nullopt: fewer than
// two returns, or all alike.
[[nodiscard]] std::optional<double> sharpe(std::span<const double> returns, SharpeTerms terms = {});

// Gini coefficient: the mean absolute difference of all n² pairs over twice the mean |x|. In
// [0, 1 − 1/n]; 0 is equality. Without negatives this is the usual coefficient. With negatives (a
// creature in debt) the usual one divides by a sum that may be zero or below, and passes 1; with
// |x| it stays in its bounds (Raffinetti, Siletti, Vernizzi 2015, without their factor n/(n − 1)),
// and the two must not be compared without saying so. All zero: 0. nullopt: empty.
[[nodiscard]] std::optional<double> gini(std::span<const double> sample);

// Wilson's score interval (1927) of a share of successes among n trials; level such as 0.95.
// 0 ≤ successes ≤ n, 0 < level < 1 (CHECK). nullopt: n = 0.
[[nodiscard]] std::optional<Interval> wilson(std::int64_t successes, std::int64_t n,
                                             double level = 0.95);

}  // namespace wood::eval
