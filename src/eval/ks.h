// The two-sample test of Kolmogorov and Smirnov: the largest distance between two empirical
// distribution functions, and how often chance alone puts them as far apart.
#pragma once

#include <optional>
#include <span>

#include "eval/paired.h"
#include "eval/units.h"

namespace wood::eval {

// statistic: D = sup |F_a − F_b|, two-sided; n: values of the smaller sample. To 4,000,000 = n·m
// exact, by counting lattice paths that leave the band (Hodges 1958), in n·m steps and without loss
// of digits in small p; above by Kolmogorov's limit at √(nm/(n + m))·D. SciPy's ks_2samp has the
// same exact p-value; for large samples it takes the finite one-sample distribution, whose p is
// below ours by at most 0.009, and by 0.0015 where p is near 0.05 (measured at n = m = 2,000). With
// ties both are conservative: the true p is smaller. nullopt: either is empty.
[[nodiscard]] std::optional<TestResult> ks_two_sample(std::span<const double> a,
                                                      std::span<const double> b);
// The same distance for values that depend on each other: p by dealing their units anew.
[[nodiscard]] std::optional<TestResult> ks_permuted(std::span<const double> a,
                                                    std::span<const double> b, const Draws& draws,
                                                    Units units);

}  // namespace wood::eval
