// Planted truths for tests: streams of chance, and voters whose accuracy and error correlation are
// known by construction.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/rng.h"
#include "eval/special.h"

namespace wood::eval {

class Luck {
 public:
  Luck(std::string_view purpose, std::int64_t repeat) : chance_(20'260'101, purpose, repeat, 0) {}
  // In the open interval (0, 1).
  double uniform() { return (static_cast<double>(chance_.bits(n_++) >> 12) + 0.5) * 0x1p-52; }
  double normal() { return normal_quantile(uniform()); }
  int below(int bound) { return static_cast<int>(chance_.below(bound, n_++)); }

 private:
  Chance chance_;
  std::uint32_t n_ = 0;
};

// Whether `hits` of `n` are what a rate would give: within z standard deviations of the binomial.
// z = 3.5 lets one right test in 2,000 fail; seeds are fixed, so it fails always or never.
inline bool plausible(int hits, int n, double rate, double z = 3.5) {
  return std::abs(hits - n * rate) <= z * std::sqrt(n * rate * (1 - rate));
}

// Two options, truth 0. In each case a common error is drawn (chance 1 − accuracy); each voter
// takes it over with chance √rho, and else draws its own. So every voter errs at 1 − accuracy, and
// every pair's errors correlate by rho exactly.
struct PlantedVoters {
  int voters = 5;
  double accuracy = 0.7;
  double rho = 0.3;

  [[nodiscard]] std::vector<int> draw(int cases, Luck& luck) const {
    std::vector<int> cells;
    for (int row = 0; row < cases; ++row) {
      const int common = luck.uniform() < accuracy ? 0 : 1;
      for (int voter = 0; voter < voters; ++voter) {
        const bool follows = luck.uniform() < std::sqrt(rho);
        const int own = luck.uniform() < accuracy ? 0 : 1;
        cells.push_back(follows ? common : own);
      }
    }
    return cells;
  }

  // Of the majority of an odd number: two binomials, for a common draw that is right or wrong.
  [[nodiscard]] double majority_accuracy() const {
    const double follow = std::sqrt(rho);
    const auto more_than_half = [&](double p) {
      double sum = 0;
      for (int k = voters / 2 + 1; k <= voters; ++k) sum += binomial(k, p);
      return sum;
    };
    return accuracy * more_than_half(follow + (1 - follow) * accuracy) +
           (1 - accuracy) * more_than_half((1 - follow) * accuracy);
  }

 private:
  [[nodiscard]] double binomial(int k, double p) const {
    double ways = 1;
    for (int i = 1; i <= k; ++i) ways *= static_cast<double>(voters - k + i) / i;
    return ways * std::pow(p, k) * std::pow(1 - p, voters - k);
  }
};

}  // namespace wood::eval
