#include "eval/stats.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "eval/special.h"

namespace wood::eval {

void check_finite(std::span<const double> sample) {
  for (const double value : sample) CHECK(std::isfinite(value));
}

std::vector<double> sorted(std::span<const double> sample) {
  check_finite(sample);
  std::vector<double> out(sample.begin(), sample.end());
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<double> mean(std::span<const double> sample) {
  check_finite(sample);
  if (sample.empty()) return std::nullopt;
  double sum = 0;
  for (const double value : sample) sum += value;
  return sum / static_cast<double>(sample.size());
}

std::optional<double> variance(std::span<const double> sample) {
  if (sample.size() < 2) return std::nullopt;
  // Equal values have no spread, whatever rounding makes of their mean.
  const auto [low, high] = std::minmax_element(sample.begin(), sample.end());
  const double centre = *mean(sample);
  if (*low == *high) return 0;
  double squares = 0;
  for (const double value : sample) squares += (value - centre) * (value - centre);
  return squares / static_cast<double>(sample.size() - 1);
}

std::optional<double> deviation(std::span<const double> sample) {
  const auto squared = variance(sample);
  return squared ? std::optional(std::sqrt(*squared)) : std::nullopt;
}

double quantile_of_sorted(std::span<const double> ascending, double p) {
  CHECK(p >= 0 && p <= 1 && !ascending.empty() && ascending.front() <= ascending.back());
  const double place = static_cast<double>(ascending.size() - 1) * p;
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= ascending.size()) return ascending.back();
  const double low = ascending[below];
  return low + (place - static_cast<double>(below)) * (ascending[below + 1] - low);
}

std::optional<double> quantile(std::span<const double> sample, double p) {
  CHECK(p >= 0 && p <= 1);
  if (sample.empty()) return std::nullopt;
  return quantile_of_sorted(sorted(sample), p);
}

std::optional<double> sharpe(std::span<const double> returns, SharpeTerms terms) {
  CHECK(terms.periods > 0);
  const auto spread = deviation(returns);
  if (!spread || *spread == 0) return std::nullopt;
  return (*mean(returns) - terms.risk_free) / *spread * std::sqrt(terms.periods);
}

std::optional<double> gini(std::span<const double> sample) {
  if (sample.empty()) return std::nullopt;
  const std::vector<double> ascending = sorted(sample);
  const auto n = static_cast<double>(ascending.size());
  double weighted = 0;  // half the sum of |xᵢ − xⱼ| over all ordered pairs
  double total = 0;
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    weighted += (2 * static_cast<double>(i) + 1 - n) * ascending[i];
    total += std::abs(ascending[i]);
  }
  return total > 0 ? std::max(0.0, weighted / (n * total)) : 0;
}

std::optional<Interval> wilson(std::int64_t successes, std::int64_t n, double level) {
  CHECK(successes >= 0 && successes <= n && level > 0 && level < 1);
  if (n == 0) return std::nullopt;
  const double z = normal_quantile((1 + level) / 2);
  const auto count = static_cast<double>(n);
  const double share = static_cast<double>(successes) / count;
  const double centre = (share + z * z / (2 * count)) / (1 + z * z / count);
  const double half = z / (1 + z * z / count) *
                      std::sqrt(share * (1 - share) / count + z * z / (4 * count * count));
  // Where none or all succeeded an end is the share itself, which rounding would miss by 1e-17.
  return Interval{successes == 0 ? 0 : centre - half, successes == n ? 1 : centre + half};
}

}  // namespace wood::eval
