// Is a mind as often right as it says? Scores of confidences against outcomes, and the table behind
// a reliability diagram. isotonic.h mends what this finds.
//
// confidence: probabilities in [0, 1] that the decision is right; right: 1 or 0 for each. Same
// length (CHECKed everywhere, as are the ranges). What a ledger has in parts per million goes in
// divided by 1e6.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "eval/bootstrap.h"

namespace wood::eval {

struct Forecasts {
  std::span<const double> confidence{};
  std::span<const int> right{};
};

// Mean squared distance (Brier 1950); 0 is perfect, ¼ is what "always one half" gets. nullopt:
// empty.
[[nodiscard]] std::optional<double> brier(const Forecasts& forecasts);
// Mean −ln of the probability given to what happened, confidences cut to [2⁻⁵², 1 − 2⁻⁵²] as
// scikit-learn does, so that one sure error costs 36 and not infinity. nullopt: empty.
[[nodiscard]] std::optional<double> log_loss(const Forecasts& forecasts);

// How confidences are put into bins. Edges belong to the bin below them, as in scikit-learn's
// calibration_curve; 0 to the first.
struct Binning {
  enum class Kind {
    width,  // equal widths: i/count
    mass    // equal numbers: type 7 quantiles; equal confidences stay together, double edges merge
  } kind = Kind::width;
  int count = 10;  // ≥ 1 (CHECK)
};

struct ReliabilityBin {
  double low = 0, high = 0;  // edges
  int count = 0;
  double confidence = 0, accuracy = 0;  // means; 0 in an empty bin
  Interval interval{};                  // Wilson's 95 % of the accuracy; [0, 1] in an empty bin
};
// All bins in order, empty ones too.
[[nodiscard]] std::vector<ReliabilityBin> reliability(const Forecasts& forecasts,
                                                      Binning binning = {});

// Expected calibration error: Σ (nᵢ/n)·|accuracyᵢ − confidenceᵢ| over these bins (Naeini, Cooper,
// Hauskrecht 2015). It depends on the bins, so a report states them, and it is above zero for a
// perfect mind: see ece_test. nullopt: empty.
[[nodiscard]] std::optional<double> ece(const Forecasts& forecasts, Binning binning = {});
// What ECE a mind with these confidences would show if it were exactly as right as it says, by
// simulating outcomes; and the p-value of the ECE seen: (1 + as large)/(1 + replicates).
struct EceTest {
  double ece = 0;
  double expected = 0;  // mean under perfect calibration
  double p = 1;
};
[[nodiscard]] std::optional<EceTest> ece_test(const Forecasts& forecasts, const Draws& draws,
                                              Binning binning = {});

// Murphy (1973): brier = reliability − resolution + uncertainty + within. The first three need all
// forecasts of a bin alike; `within` is what their spread inside the bins leaves over (Stephenson,
// Coelho, Jolliffe 2008), so the sum holds to rounding with any bins.
struct Murphy {
  double brier = 0;
  double reliability = 0;  // Σ (nᵢ/n)(confidenceᵢ − accuracyᵢ)²: less is better
  double resolution = 0;   // Σ (nᵢ/n)(accuracyᵢ − accuracy)²: more is better
  double uncertainty = 0;  // accuracy·(1 − accuracy): the task's, not the mind's
  double within = 0;
};
[[nodiscard]] std::optional<Murphy> murphy(const Forecasts& forecasts, Binning binning = {});

}  // namespace wood::eval
