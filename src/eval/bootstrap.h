// Intervals without a formula: draw the cases anew with replacement, many times, and look at how
// the statistic scatters (Efron 1979).
//
// What is resampled must be what is independent. The decisions of one run are not: name each case's
// run in IntervalTerms::cluster, and whole runs are drawn (Davison and Hinkley 1997, section 3.8).
//
// Which interval. Percentile: the quantiles of the replicates; for differences of means and other
// nearly symmetric statistics, and for those that are not smooth (median, a count of distinct
// values), whose jackknife misleads. BCa (Efron 1987: bias corrected and accelerated): for skewed
// statistics, ratios, Gini, Sharpe, kappa, and the default. Both are too narrow below about ten
// cases; no bootstrap mends that.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/stats.h"

namespace wood::eval {

// Where the chance comes from and how much of it. Two calls with the same draws and the same number
// of cases use the same resamples: common random numbers, so that what differs between two casts is
// the casts.
struct Draws {
  std::uint64_t seed = 0;
  std::string purpose = "eval";
  // ≥ 1 (CHECK). At 2,000 each end of a 95 % interval has a standard error of 1.5 % of its width.
  int replicates = 2'000;
};

enum class IntervalKind { percentile, bca };
const char* name(IntervalKind kind);

struct Estimate {
  double value = 0;                              // of the sample itself
  Interval interval{};                           // at the level asked
  IntervalKind kind = IntervalKind::percentile;  // the one that was possible (see bca_interval)
  int replicates = 0;                            // in which the statistic was defined
};

struct IntervalTerms {
  IntervalKind kind = IntervalKind::bca;
  double level = 0.95;  // in (0, 1) (CHECK)
  // One number a case (CHECK), or none: cases with the same number are drawn, and by the jackknife
  // left out, together. Borrowed.
  std::span<const int> cluster{};
};

// One resample: as many indices as the span is long, each in [0, its length), a function of (seed,
// purpose, replicate, length).
void resample(const Draws& draws, int replicate, std::span<int> indices);

// A statistic of the cases with these indices, each as often as it stands there; nullopt where it
// is not defined (a replicate without it is left out and lowers Estimate::replicates).
using CaseStatistic = std::function<std::optional<double>(std::span<const int> indices)>;
// nullopt: fewer than two cases (clusters); the statistic is not defined on the sample; or it was
// on fewer than half of the replicates. BCa costs one further evaluation a case (cluster).
[[nodiscard]] std::optional<Estimate> bootstrap_cases(int cases, const CaseStatistic& statistic,
                                                      const Draws& draws, IntervalTerms terms = {});

using Statistic = std::function<std::optional<double>(std::span<const double> sample)>;
[[nodiscard]] std::optional<Estimate> bootstrap(std::span<const double> sample,
                                                const Statistic& statistic, const Draws& draws,
                                                IntervalTerms terms = {});

// statistic(a) − statistic(b) of two samples whose i-th values belong together (one seed, two
// casts): pairs are drawn, not values, so the luck that both share cancels. Equal lengths (CHECK).
[[nodiscard]] std::optional<Estimate> bootstrap_difference(std::span<const double> a,
                                                           std::span<const double> b,
                                                           const Statistic& statistic,
                                                           const Draws& draws,
                                                           IntervalTerms terms = {});

// ---- The arithmetic alone, for statistics with replicates of their own

[[nodiscard]] Interval percentile_interval(std::span<const double> replicates, double level);
// jackknife: the statistic without case i, for each i. z₀ = Φ⁻¹ of the share of replicates below
// the value (ties half); a = Σd³ / (6·(Σd²)^1.5) with d the jackknife's mean less its i-th value.
// nullopt where all replicates lie on one side (z₀ infinite), all jackknife values are alike, or
// the correction turns over (a·(z₀ + z) ≥ 1): then use the percentile interval.
[[nodiscard]] std::optional<Interval> bca_interval(double value, std::span<const double> replicates,
                                                   std::span<const double> jackknife, double level);

}  // namespace wood::eval
