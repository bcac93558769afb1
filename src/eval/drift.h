// Has what goes in, comes out or comes of it changed between two runs? The population stability
// index with a p-value, and the shift of calibration. ks.h has Kolmogorov and Smirnov's test,
// change.h the delay until a change is noticed.
//
// PSI = Σ (qᵢ − pᵢ)·ln(qᵢ/pᵢ) over bins, p of the reference and q of now (Kullback's J divergence;
// the name and the rule of thumb come from credit scoring). Without any drift it is about
// (1/n + 1/m)·χ² with bins − 1 degrees of freedom, so a fixed bar means nothing unless n is large:
// at n = m = 100 with ten bins its mean is near 0.18. Hence the p-value: labels are permuted, and
// the whole computation, bins too, is done again. Values that depend on each other are dealt
// together (units.h).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "eval/calibrate.h"
#include "eval/units.h"

namespace wood::eval {

struct PsiTerms {
  int bins = 10;  // ≥ 2 (CHECK)
  // Added to each count of both sides before shares are taken, so that an empty bin gives a finite
  // index: ½ is Jeffreys' prior. > 0 (CHECK). The custom of putting 0.0001 for an empty share
  // makes an empty tenth cost 0.69 alone.
  double smoothing = 0.5;
  Units units{};  // what is dealt as one
};

// Siddiqi (2006): below 0.10 nothing, below 0.25 look, else act. Shown since readers expect it.
enum class Rule { stable, moderate, major };
const char* name(Rule rule);
[[nodiscard]] Rule rule_of_thumb(double psi);

struct Psi {
  double psi = 0;
  Rule rule = Rule::stable;
  double p = 1;  // (1 + as large)/(1 + replicates) under permuted labels
  // Share of the permutations in which the rule of thumb says more than "stable": how often it
  // raises its alarm at this n where nothing drifts.
  double rule_false_alarms = 0;
  int bins = 0;  // used: fewer than asked where quantiles of the reference coincide
  // Counts by bin, before smoothing.
  std::vector<std::int64_t> reference{}, now{};
};

// The index alone, of two rows of counts of equal length ≥ 1 (CHECK).
[[nodiscard]] double psi_of_counts(std::span<const std::int64_t> reference,
                                   std::span<const std::int64_t> now, double smoothing = 0.5);

// Bins between the reference's type 7 quantiles at 1/bins, 2/bins, …; an edge belongs to the bin
// below it; the first and the last bin are open. nullopt: either is empty.
[[nodiscard]] std::optional<Psi> psi(std::span<const double> reference, std::span<const double> now,
                                     const Draws& draws, PsiTerms terms = {});
// Of categories 0..categories − 1 (CHECK), each a bin, whether it occurs or not.
[[nodiscard]] std::optional<Psi> psi_of_categories(std::span<const int> reference,
                                                   std::span<const int> now, int categories,
                                                   const Draws& draws, PsiTerms terms = {});

// Does confidence mean in one run what it meant in another? Gaps are accuracy − confidence.
struct CalibrationShift {
  double overall = 0;  // mean gap now less mean gap in the reference; below 0: surer than before
  double overall_p = 1;
  // Σ wᵢ·|gapᵢ now − gapᵢ in the reference|, wᵢ the pooled share of a bin, over the bins that both
  // sides have: it sees a shift that cancels in the mean.
  double by_bin = 0;
  double by_bin_p = 1;
  double ece_reference = 0, ece_now = 0;  // with the same equal-width bins
};
// p-values by permuting which run a forecast belongs to: (1 + as far)/(1 + replicates). nullopt:
// either is empty.
[[nodiscard]] std::optional<CalibrationShift> calibration_shift(const Forecasts& reference,
                                                                const Forecasts& now,
                                                                const Draws& draws, int bins = 10,
                                                                Units units = {});

}  // namespace wood::eval
