#include "eval/calibrate.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/rng.h"

namespace wood::eval {
namespace {

void check(const Forecasts& forecasts) {
  CHECK(forecasts.confidence.size() == forecasts.right.size());
  for (const double one : forecasts.confidence) CHECK(one >= 0 && one <= 1);
  for (const int one : forecasts.right) CHECK(one == 0 || one == 1);
}

std::vector<double> edges_of(std::span<const double> confidence, Binning binning) {
  CHECK(binning.count >= 1);
  std::vector<double> edges;
  const bool mass = binning.kind == Binning::Kind::mass && !confidence.empty();
  const std::vector<double> ascending = mass ? sorted(confidence) : std::vector<double>{};
  for (int i = 0; i <= binning.count; ++i) {
    const double p = static_cast<double>(i) / binning.count;
    edges.push_back(mass ? quantile_of_sorted(ascending, p) : p);
  }
  if (mass) edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  if (edges.size() < 2) edges.push_back(edges.front());
  return edges;
}

// The bin of a value: the first whose upper edge is not below it.
std::size_t bin_of(double value, const std::vector<double>& edges) {
  const auto inner = std::lower_bound(edges.begin() + 1, edges.end() - 1, value);
  return static_cast<std::size_t>(inner - edges.begin()) - 1;
}

double ece_of(const std::vector<ReliabilityBin>& bins, std::size_t n) {
  double sum = 0;
  for (const ReliabilityBin& bin : bins) sum += bin.count * std::abs(bin.accuracy - bin.confidence);
  return sum / static_cast<double>(n);
}

}  // namespace

std::optional<double> brier(const Forecasts& forecasts) {
  check(forecasts);
  if (forecasts.right.empty()) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < forecasts.right.size(); ++i) {
    const double gap = forecasts.confidence[i] - forecasts.right[i];
    sum += gap * gap;
  }
  return sum / static_cast<double>(forecasts.right.size());
}

std::optional<double> log_loss(const Forecasts& forecasts) {
  check(forecasts);
  if (forecasts.right.empty()) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < forecasts.right.size(); ++i) {
    const double p = std::clamp(forecasts.confidence[i], 0x1p-52, 1 - 0x1p-52);
    sum -= forecasts.right[i] == 1 ? std::log(p) : std::log1p(-p);
  }
  return sum / static_cast<double>(forecasts.right.size());
}

std::vector<ReliabilityBin> reliability(const Forecasts& forecasts, Binning binning) {
  check(forecasts);
  const std::vector<double> edges = edges_of(forecasts.confidence, binning);
  std::vector<ReliabilityBin> bins(edges.size() - 1);
  std::vector<int> hits(bins.size());
  for (std::size_t i = 0; i < forecasts.right.size(); ++i) {
    const std::size_t bin = bin_of(forecasts.confidence[i], edges);
    ++bins[bin].count;
    bins[bin].confidence += forecasts.confidence[i];
    hits[bin] += forecasts.right[i];
  }
  for (std::size_t b = 0; b < bins.size(); ++b) {
    ReliabilityBin& bin = bins[b];
    bin.low = edges[b];
    bin.high = edges[b + 1];
    bin.interval = wilson(hits[b], bin.count).value_or(Interval{0, 1});
    if (bin.count == 0) continue;
    bin.confidence /= bin.count;
    bin.accuracy = static_cast<double>(hits[b]) / bin.count;
  }
  return bins;
}

std::optional<double> ece(const Forecasts& forecasts, Binning binning) {
  if (forecasts.right.empty()) return std::nullopt;
  return ece_of(reliability(forecasts, binning), forecasts.right.size());
}

std::optional<EceTest> ece_test(const Forecasts& forecasts, const Draws& draws, Binning binning) {
  CHECK(draws.replicates >= 1);
  const auto seen = ece(forecasts, binning);
  if (!seen) return std::nullopt;
  EceTest out{*seen, 0, 1};
  std::vector<int> right(forecasts.right.size());
  int as_large = 0;
  for (int r = 0; r < draws.replicates; ++r) {
    const Chance chance(draws.seed, draws.purpose, r, static_cast<std::int64_t>(right.size()));
    for (std::size_t i = 0; i < right.size(); ++i) {
      const double uniform =
          static_cast<double>(chance.bits(static_cast<std::uint32_t>(i)) >> 11) * 0x1p-53;
      right[i] = uniform < forecasts.confidence[i] ? 1 : 0;
    }
    const double drawn = *ece({forecasts.confidence, right}, binning);
    out.expected += drawn / draws.replicates;
    as_large += drawn >= *seen ? 1 : 0;
  }
  out.p = (1.0 + as_large) / (1.0 + draws.replicates);
  return out;
}

std::optional<Murphy> murphy(const Forecasts& forecasts, Binning binning) {
  const auto score = brier(forecasts);
  if (!score) return std::nullopt;
  const auto n = static_cast<double>(forecasts.right.size());
  double accuracy = 0;
  for (const int one : forecasts.right) accuracy += one / n;
  Murphy out;
  out.brier = *score;
  out.uncertainty = accuracy * (1 - accuracy);
  for (const ReliabilityBin& bin : reliability(forecasts, binning)) {
    out.reliability += bin.count / n * std::pow(bin.confidence - bin.accuracy, 2);
    out.resolution += bin.count / n * std::pow(bin.accuracy - accuracy, 2);
  }
  out.within = out.brier - (out.reliability - out.resolution + out.uncertainty);
  return out;
}

}  // namespace wood::eval
