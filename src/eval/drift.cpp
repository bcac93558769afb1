#include "eval/drift.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/rng.h"

namespace wood::eval {
namespace {

// Which of `total` pooled places belong to the reference in permutation r: `size` of them. A
// partial Fisher–Yates over places; the result is a mask.
std::vector<char> labels(const Draws& draws, int r, std::size_t total, std::size_t size) {
  const Chance chance(draws.seed, draws.purpose, r, static_cast<std::int64_t>(total));
  std::vector<std::uint32_t> place(total);
  for (std::size_t i = 0; i < total; ++i) place[i] = static_cast<std::uint32_t>(i);
  std::vector<char> mask(total, 0);
  for (std::size_t i = 0; i < size; ++i) {
    const auto left = static_cast<std::int64_t>(total - i);
    const auto pick =
        i + static_cast<std::size_t>(chance.below(left, static_cast<std::uint32_t>(i)));
    std::swap(place[i], place[pick]);
    mask[place[i]] = 1;
  }
  return mask;
}

struct Counts {
  std::vector<std::int64_t> reference, now;
};

// Both ascending.
Counts binned(std::span<const double> reference, std::span<const double> now, int bins) {
  std::vector<double> edges;
  for (int i = 1; i < bins; ++i)
    edges.push_back(quantile_of_sorted(reference, static_cast<double>(i) / bins));
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  // An edge at the reference's largest value leaves the last bin to what lies beyond it.
  Counts out;
  const auto count = [&](std::span<const double> ascending, std::vector<std::int64_t>& to) {
    auto from = ascending.begin();
    for (const double edge : edges) {
      const auto end = std::upper_bound(from, ascending.end(), edge);
      to.push_back(end - from);
      from = end;
    }
    to.push_back(ascending.end() - from);
  };
  count(reference, out.reference);
  count(now, out.now);
  return out;
}

Psi index_of(Counts counts, double smoothing) {
  Psi out;
  out.psi = psi_of_counts(counts.reference, counts.now, smoothing);
  out.rule = rule_of_thumb(out.psi);
  out.bins = static_cast<int>(counts.reference.size());
  out.reference = std::move(counts.reference);
  out.now = std::move(counts.now);
  return out;
}

// Sums of the gaps of one side by bin.
struct Gaps {
  std::vector<double> sum;
  std::vector<double> count;
  double all = 0;
  double n = 0;
  explicit Gaps(int bins) : sum(static_cast<std::size_t>(bins)), count(sum.size()) {}
  void add(std::size_t bin, double gap) {
    sum[bin] += gap;
    count[bin] += 1;
    all += gap;
    n += 1;
  }
};
struct Shift {
  double overall = 0, by_bin = 0;
};
Shift shift_of(const Gaps& reference, const Gaps& now) {
  Shift out{now.all / now.n - reference.all / reference.n, 0};
  for (std::size_t b = 0; b < now.sum.size(); ++b) {
    if (reference.count[b] == 0 || now.count[b] == 0) continue;
    const double weight = (reference.count[b] + now.count[b]) / (reference.n + now.n);
    out.by_bin +=
        weight * std::abs(now.sum[b] / now.count[b] - reference.sum[b] / reference.count[b]);
  }
  return out;
}

struct Gap {
  std::size_t bin;
  double gap;
};
void append(const Forecasts& forecasts, int bins, std::vector<Gap>& to) {
  for (std::size_t i = 0; i < forecasts.right.size(); ++i) {
    const double confidence = forecasts.confidence[i];
    // As calibrate.h bins by width: an edge belongs to the bin below it.
    int bin = 0;
    while (bin + 1 < bins && confidence > static_cast<double>(bin + 1) / bins) ++bin;
    to.push_back({static_cast<std::size_t>(bin), forecasts.right[i] - confidence});
  }
}

Shift shift_under(const std::vector<Gap>& pooled, const std::vector<char>& is_reference, int bins) {
  Gaps reference(bins);
  Gaps now(bins);
  for (std::size_t i = 0; i < pooled.size(); ++i)
    (is_reference[i] != 0 ? reference : now).add(pooled[i].bin, pooled[i].gap);
  return shift_of(reference, now);
}

double share(int as_far, const Draws& draws) { return (1.0 + as_far) / (1.0 + draws.replicates); }

// Sums of the same numbers in another order differ by rounding.
constexpr double kSlack = 1e-12;

}  // namespace

const char* name(Rule rule) {
  switch (rule) {
    case Rule::stable: return "stable";
    case Rule::moderate: return "moderate";
    case Rule::major: return "major";
  }
  return "";
}

Rule rule_of_thumb(double psi) {
  return psi < 0.10 ? Rule::stable : psi < 0.25 ? Rule::moderate : Rule::major;
}

double psi_of_counts(std::span<const std::int64_t> reference, std::span<const std::int64_t> now,
                     double smoothing) {
  CHECK(reference.size() == now.size() && !now.empty() && smoothing > 0);
  const auto bins = static_cast<double>(now.size());
  double n = smoothing * bins;
  double m = smoothing * bins;
  for (std::size_t i = 0; i < now.size(); ++i) {
    CHECK(reference[i] >= 0 && now[i] >= 0);
    n += static_cast<double>(reference[i]);
    m += static_cast<double>(now[i]);
  }
  double sum = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const double p = (static_cast<double>(reference[i]) + smoothing) / n;
    const double q = (static_cast<double>(now[i]) + smoothing) / m;
    sum += (q - p) * std::log(q / p);
  }
  return sum;
}

std::optional<Psi> psi(std::span<const double> reference, std::span<const double> now,
                       const Draws& draws, PsiTerms terms) {
  CHECK(terms.bins >= 2 && draws.replicates >= 1);
  if (reference.empty() || now.empty()) return std::nullopt;
  Psi out = index_of(binned(sorted(reference), sorted(now), terms.bins), terms.smoothing);
  // Sorted once: a permutation deals the ascending values to two sides, which stay ascending.
  std::vector<double> pooled(reference.begin(), reference.end());
  pooled.insert(pooled.end(), now.begin(), now.end());
  pooled = sorted(pooled);
  int as_large = 0;
  std::vector<double> first;
  std::vector<double> second;
  for (int r = 0; r < draws.replicates; ++r) {
    const std::vector<char> mask = labels(draws, r, pooled.size(), reference.size());
    first.clear();
    second.clear();
    for (std::size_t i = 0; i < pooled.size(); ++i)
      (mask[i] != 0 ? first : second).push_back(pooled[i]);
    const Counts counts = binned(first, second, terms.bins);
    const double drawn = psi_of_counts(counts.reference, counts.now, terms.smoothing);
    as_large += drawn >= out.psi * (1 - kSlack) ? 1 : 0;
  }
  out.p = share(as_large, draws);
  return out;
}

std::optional<Psi> psi_of_categories(std::span<const int> reference, std::span<const int> now,
                                     int categories, const Draws& draws, PsiTerms terms) {
  CHECK(categories >= 1 && draws.replicates >= 1);
  if (reference.empty() || now.empty()) return std::nullopt;
  std::vector<int> pooled(reference.begin(), reference.end());
  pooled.insert(pooled.end(), now.begin(), now.end());
  for (const int one : pooled) CHECK(one >= 0 && one < categories);
  // By category, so that the order in which values come changes no permutation.
  std::vector<char> mask(pooled.size(), 0);
  std::fill(mask.begin(), mask.begin() + static_cast<std::ptrdiff_t>(reference.size()), 1);
  const auto count = [&] {
    Counts out;
    out.reference.resize(static_cast<std::size_t>(categories));
    out.now.resize(static_cast<std::size_t>(categories));
    for (std::size_t i = 0; i < pooled.size(); ++i)
      ++(mask[i] != 0 ? out.reference : out.now)[static_cast<std::size_t>(pooled[i])];
    return out;
  };
  Psi out = index_of(count(), terms.smoothing);
  std::sort(pooled.begin(), pooled.end());
  int as_large = 0;
  for (int r = 0; r < draws.replicates; ++r) {
    mask = labels(draws, r, pooled.size(), reference.size());
    const Counts counts = count();
    const double drawn = psi_of_counts(counts.reference, counts.now, terms.smoothing);
    as_large += drawn >= out.psi * (1 - kSlack) ? 1 : 0;
  }
  out.p = share(as_large, draws);
  return out;
}

std::optional<CalibrationShift> calibration_shift(const Forecasts& reference, const Forecasts& now,
                                                  const Draws& draws, int bins) {
  CHECK(bins >= 1 && draws.replicates >= 1);
  const Binning width{Binning::Kind::width, bins};
  const auto before = ece(reference, width);
  const auto after = ece(now, width);
  if (!before || !after) return std::nullopt;
  std::vector<Gap> pooled;
  append(reference, bins, pooled);
  append(now, bins, pooled);
  std::vector<char> mask(pooled.size(), 0);
  std::fill(mask.begin(), mask.begin() + static_cast<std::ptrdiff_t>(reference.right.size()), 1);
  const Shift seen = shift_under(pooled, mask, bins);
  int overall = 0;
  int by_bin = 0;
  for (int r = 0; r < draws.replicates; ++r) {
    const Shift drawn =
        shift_under(pooled, labels(draws, r, pooled.size(), reference.right.size()), bins);
    overall += std::abs(drawn.overall) >= std::abs(seen.overall) - kSlack ? 1 : 0;
    by_bin += drawn.by_bin >= seen.by_bin - kSlack ? 1 : 0;
  }
  CalibrationShift out;
  out.overall = seen.overall;
  out.overall_p = share(overall, draws);
  out.by_bin = seen.by_bin;
  out.by_bin_p = share(by_bin, draws);
  out.ece_reference = *before;
  out.ece_now = *after;
  return out;
}

}  // namespace wood::eval
