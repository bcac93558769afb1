// What a paired test would have seen: its power by simulation, and the smallest effect that it
// finds.
//
// A comparison that finds nothing says something only together with what it could have found. The
// simulated differences are effect + noise; the noise is normal with a stated deviation, or drawn
// with replacement from pilot differences less their mean, which keeps their tails and ties.
#pragma once

#include <span>

#include "eval/paired.h"

namespace wood::eval {

enum class PairedTest { t, wilcoxon, sign_flip };
const char* name(PairedTest test);
// The p-value of that test; 1 where it is not defined. draws: of sign_flip above n = 30.
[[nodiscard]] double p_value(PairedTest test, std::span<const double> d, const Draws& draws);

struct PowerTerms {
  int pairs = 0;  // of the experiment to be judged; ≥ 2 (CHECK)
  PairedTest test = PairedTest::t;
  double alpha = 0.05;              // of the one test; with m comparisons under Holm α/m is safe
  double deviation = 1;             // of normal noise; not used where there is a pilot
  std::span<const double> pilot{};  // observed differences, at least two (CHECK), or none
};

struct Power {
  double power = 0;  // share of simulated experiments with p ≤ α
  double error = 0;  // its standard error, √(power·(1 − power)/replicates)
};
// draws.replicates experiments. The noise is a function of (draws, pairs) alone: effects and tests
// are compared on the same noise.
[[nodiscard]] Power power_paired(double effect, const PowerTerms& terms, const Draws& draws);

// The smallest effect > 0 found with at least `power` (in (α, 1), CHECK), to a thousandth of the
// noise's deviation: by bisection on one noise. nullopt: not even 1,000 deviations are, as with too
// few pairs for a rank test to reach α; or a pilot whose differences are all alike.
[[nodiscard]] std::optional<double> detectable_effect(double power, const PowerTerms& terms,
                                                      const Draws& draws);

}  // namespace wood::eval
