#include "eval/bootstrap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "core/check.h"
#include "core/rng.h"
#include "eval/special.h"

namespace wood::eval {
namespace {

// The cases that are drawn together: each its own group, or by cluster in order of its number.
using Groups = std::vector<std::vector<int>>;
Groups groups_of(int cases, std::span<const int> cluster) {
  CHECK(cluster.empty() || cluster.size() == static_cast<std::size_t>(cases));
  std::map<int, std::vector<int>> by_number;
  for (int i = 0; i < cases; ++i)
    by_number[cluster.empty() ? i : cluster[static_cast<std::size_t>(i)]].push_back(i);
  Groups out;
  for (auto& [number, group] : by_number) out.push_back(std::move(group));
  return out;
}

void append(const std::vector<int>& group, std::vector<int>& indices) {
  indices.insert(indices.end(), group.begin(), group.end());
}

std::vector<double> replicates_of(const Groups& groups, const CaseStatistic& statistic,
                                  const Draws& draws) {
  std::vector<double> out;
  out.reserve(static_cast<std::size_t>(draws.replicates));
  std::vector<int> drawn(groups.size());
  std::vector<int> indices;
  for (int r = 0; r < draws.replicates; ++r) {
    resample(draws, r, drawn);
    indices.clear();
    for (const int group : drawn) append(groups[static_cast<std::size_t>(group)], indices);
    if (const auto value = statistic(indices)) out.push_back(*value);
  }
  return out;
}

// Empty where one of the values is not defined.
std::vector<double> jackknife_of(const Groups& groups, const CaseStatistic& statistic) {
  std::vector<double> out;
  std::vector<int> indices;
  for (std::size_t left_out = 0; left_out < groups.size(); ++left_out) {
    indices.clear();
    for (std::size_t i = 0; i < groups.size(); ++i)
      if (i != left_out) append(groups[i], indices);
    const auto value = statistic(indices);
    if (!value) return {};
    out.push_back(*value);
  }
  return out;
}

void gather(std::span<const double> from, std::span<const int> indices, std::vector<double>& to) {
  to.clear();
  for (const int i : indices) to.push_back(from[static_cast<std::size_t>(i)]);
}

}  // namespace

const char* name(IntervalKind kind) { return kind == IntervalKind::bca ? "BCa" : "percentile"; }

void resample(const Draws& draws, int replicate, std::span<int> indices) {
  const auto cases = static_cast<std::int64_t>(indices.size());
  const Chance chance(draws.seed, draws.purpose, replicate, cases);
  std::uint32_t n = 0;
  for (int& index : indices) index = static_cast<int>(chance.below(cases, n++));
}

Interval percentile_interval(std::span<const double> replicates, double level) {
  CHECK(level > 0 && level < 1);
  const std::vector<double> ascending = sorted(replicates);
  return {quantile_of_sorted(ascending, (1 - level) / 2),
          quantile_of_sorted(ascending, (1 + level) / 2)};
}

std::optional<Interval> bca_interval(double value, std::span<const double> replicates,
                                     std::span<const double> jackknife, double level) {
  CHECK(level > 0 && level < 1);
  if (replicates.empty() || jackknife.size() < 2) return std::nullopt;
  const std::vector<double> ascending = sorted(replicates);
  const auto [first, last] = std::equal_range(ascending.begin(), ascending.end(), value);
  const auto below = static_cast<double>(first - ascending.begin());
  const auto upto = static_cast<double>(last - ascending.begin());
  const double share = (below + upto) / 2 / static_cast<double>(ascending.size());
  if (share <= 0 || share >= 1) return std::nullopt;

  const double centre = *mean(jackknife);
  double squares = 0;
  double cubes = 0;
  for (const double one : jackknife) {
    const double d = centre - one;
    squares += d * d;
    cubes += d * d * d;
  }
  if (*variance(jackknife) == 0) return std::nullopt;
  const double bias = normal_quantile(share);
  const double acceleration = cubes / (6 * std::pow(squares, 1.5));
  std::array<double, 2> ends{};
  for (std::size_t i = 0; i < 2; ++i) {
    const double z = bias + normal_quantile(i == 0 ? (1 - level) / 2 : (1 + level) / 2);
    if (acceleration * z >= 1) return std::nullopt;
    ends[i] = quantile_of_sorted(ascending, normal_cdf(bias + z / (1 - acceleration * z)));
  }
  return Interval{ends[0], ends[1]};
}

std::optional<Estimate> bootstrap_cases(int cases, const CaseStatistic& statistic,
                                        const Draws& draws, IntervalTerms terms) {
  CHECK(cases >= 0 && draws.replicates >= 1);
  const Groups groups = groups_of(cases, terms.cluster);
  if (groups.size() < 2) return std::nullopt;
  std::vector<int> all(static_cast<std::size_t>(cases));
  std::iota(all.begin(), all.end(), 0);
  const auto value = statistic(all);
  if (!value) return std::nullopt;
  const std::vector<double> replicates = replicates_of(groups, statistic, draws);
  if (2 * static_cast<int>(replicates.size()) < draws.replicates) return std::nullopt;

  Estimate out;
  out.value = *value;
  out.replicates = static_cast<int>(replicates.size());
  if (terms.kind == IntervalKind::bca)
    if (const auto corrected =
            bca_interval(*value, replicates, jackknife_of(groups, statistic), terms.level)) {
      out.kind = IntervalKind::bca;
      out.interval = *corrected;
      return out;
    }
  out.interval = percentile_interval(replicates, terms.level);
  return out;
}

std::optional<Estimate> bootstrap(std::span<const double> sample, const Statistic& statistic,
                                  const Draws& draws, IntervalTerms terms) {
  check_finite(sample);
  std::vector<double> drawn;
  const auto of_cases = [&](std::span<const int> indices) {
    gather(sample, indices, drawn);
    return statistic(drawn);
  };
  return bootstrap_cases(static_cast<int>(sample.size()), of_cases, draws, terms);
}

std::optional<Estimate> bootstrap_difference(std::span<const double> a, std::span<const double> b,
                                             const Statistic& statistic, const Draws& draws,
                                             IntervalTerms terms) {
  CHECK(a.size() == b.size());
  check_finite(a);
  check_finite(b);
  std::vector<double> of_a;
  std::vector<double> of_b;
  const auto of_cases = [&](std::span<const int> indices) -> std::optional<double> {
    gather(a, indices, of_a);
    gather(b, indices, of_b);
    const auto first = statistic(of_a);
    const auto second = statistic(of_b);
    if (!first || !second) return std::nullopt;
    return *first - *second;
  };
  return bootstrap_cases(static_cast<int>(a.size()), of_cases, draws, terms);
}

}  // namespace wood::eval
