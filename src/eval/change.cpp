#include "eval/change.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/rng.h"

namespace wood::eval {
namespace {

class Sums {
 public:
  explicit Sums(const Cusum& terms) : terms_(terms) {
    CHECK(terms.deviation > 0 && terms.allowance >= 0 && terms.threshold > 0);
  }
  // The larger of the two sums after this value.
  double add(double value) {
    const double z = (value - terms_.mean) / terms_.deviation;
    up_ = std::max(0.0, up_ + z - terms_.allowance);
    down_ = std::max(0.0, down_ - z - terms_.allowance);
    return std::max(up_, down_);
  }
  bool alarm(double value) { return add(value) > terms_.threshold; }
  void reset() { up_ = down_ = 0; }

 private:
  Cusum terms_;
  double up_ = 0, down_ = 0;
};

}  // namespace

std::optional<Cusum> cusum_of(std::span<const double> reference) {
  const auto spread = deviation(reference);
  if (!spread || *spread == 0) return std::nullopt;
  Cusum out;
  out.mean = *mean(reference);
  out.deviation = *spread;
  return out;
}

std::optional<int> first_alarm(std::span<const double> stream, const Cusum& terms) {
  check_finite(stream);
  Sums sums(terms);
  for (std::size_t i = 0; i < stream.size(); ++i)
    if (sums.alarm(stream[i])) return static_cast<int>(i);
  return std::nullopt;
}

double highest_sum(std::span<const double> stream, const Cusum& terms) {
  check_finite(stream);
  Sums sums(terms);
  double high = 0;
  for (const double value : stream) high = std::max(high, sums.add(value));
  return high;
}

double cusum_threshold(std::span<const double> reference, const Cusum& terms, int length,
                       double false_alarms, const Draws& draws) {
  CHECK(!reference.empty() && length >= 1 && false_alarms > 0 && false_alarms < 1);
  CHECK(draws.replicates >= 1);
  check_finite(reference);
  std::vector<double> highest;
  for (int r = 0; r < draws.replicates; ++r) {
    const Chance chance(draws.seed, draws.purpose, r, length);
    Sums sums(terms);
    double high = 0;
    for (int i = 0; i < length; ++i) {
      const auto at =
          chance.below(static_cast<std::int64_t>(reference.size()), static_cast<std::uint32_t>(i));
      high = std::max(high, sums.add(reference[static_cast<std::size_t>(at)]));
    }
    highest.push_back(high);
  }
  return *quantile(highest, 1 - false_alarms);
}

Detection detect(std::span<const double> stream, int change_at, const Cusum& terms) {
  check_finite(stream);
  CHECK(change_at >= 0 && static_cast<std::size_t>(change_at) <= stream.size());
  Sums sums(terms);
  Detection out;
  for (int i = 0; i < static_cast<int>(stream.size()); ++i) {
    if (!sums.alarm(stream[static_cast<std::size_t>(i)])) continue;
    if (i >= change_at) {
      out.delay = i - change_at + 1;
      return out;
    }
    ++out.false_alarms;
    sums.reset();
  }
  return out;
}

}  // namespace wood::eval
