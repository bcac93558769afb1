#include "eval/drift.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace wood::eval {
namespace {

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

Shift shift_under(const std::vector<Gap>& pooled, const Deal& deal, const std::vector<char>& mask,
                  int bins) {
  Gaps reference(bins);
  Gaps now(bins);
  for (std::size_t i = 0; i < pooled.size(); ++i)
    (mask[deal.unit()[i]] != 0 ? reference : now).add(pooled[i].bin, pooled[i].gap);
  return shift_of(reference, now);
}

double share(int as_far, const Draws& draws) { return (1.0 + as_far) / (1.0 + draws.replicates); }

// Sums of the same numbers in another order differ by rounding.
constexpr double kSlack = 1e-12;

// The p-value and the rule's false alarms; counts(mask) are those of one permutation.
template <class F>
void judge(Psi& out, const Deal& deal, const Draws& draws, double smoothing, F counts) {
  int as_large = 0;
  int alarms = 0;
  for (int r = 0; r < draws.replicates; ++r) {
    const Counts dealt = counts(deal.labels(draws, r));
    const double drawn = psi_of_counts(dealt.reference, dealt.now, smoothing);
    as_large += drawn >= out.psi * (1 - kSlack) ? 1 : 0;
    alarms += rule_of_thumb(drawn) != Rule::stable ? 1 : 0;
  }
  out.p = share(as_large, draws);
  out.rule_false_alarms = static_cast<double>(alarms) / draws.replicates;
}

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
  const Deal deal(reference.size(), now.size(), terms.units);
  const std::vector<Placed> pooled = ascending(reference, now, deal);
  std::vector<double> first;
  std::vector<double> second;
  judge(out, deal, draws, terms.smoothing, [&](const std::vector<char>& mask) {
    first.clear();
    second.clear();
    for (const Placed& one : pooled) (mask[one.unit] != 0 ? first : second).push_back(one.value);
    return binned(first, second, terms.bins);
  });
  return out;
}

std::optional<Psi> psi_of_categories(std::span<const int> reference, std::span<const int> now,
                                     int categories, const Draws& draws, PsiTerms terms) {
  CHECK(categories >= 1 && draws.replicates >= 1);
  if (reference.empty() || now.empty()) return std::nullopt;
  const Deal deal(reference.size(), now.size(), terms.units);
  std::vector<std::pair<int, std::uint32_t>> pooled;
  const auto count = [&](const std::vector<char>& mask) {
    Counts counts;
    counts.reference.resize(static_cast<std::size_t>(categories));
    counts.now.resize(static_cast<std::size_t>(categories));
    for (const auto& [category, unit] : pooled)
      ++(mask[unit] != 0 ? counts.reference : counts.now)[static_cast<std::size_t>(category)];
    return counts;
  };
  for (const auto& side : {reference, now})
    for (const int one : side) {
      CHECK(one >= 0 && one < categories);
      pooled.emplace_back(one, deal.unit()[pooled.size()]);
    }
  std::vector<char> as_it_was(deal.units(), 0);
  std::fill_n(as_it_was.begin(), deal.units_of_reference(), 1);
  Psi out = index_of(count(as_it_was), terms.smoothing);
  // By category, so that the order in which values come changes no permutation.
  std::sort(pooled.begin(), pooled.end());
  if (deal.by_value())
    for (std::size_t i = 0; i < pooled.size(); ++i)
      pooled[i].second = static_cast<std::uint32_t>(i);
  judge(out, deal, draws, terms.smoothing, count);
  return out;
}

std::optional<CalibrationShift> calibration_shift(const Forecasts& reference, const Forecasts& now,
                                                  const Draws& draws, int bins, Units units) {
  CHECK(bins >= 1 && draws.replicates >= 1);
  const Binning width{Binning::Kind::width, bins};
  const auto before = ece(reference, width);
  const auto after = ece(now, width);
  if (!before || !after) return std::nullopt;
  std::vector<Gap> pooled;
  append(reference, bins, pooled);
  append(now, bins, pooled);
  const Deal deal(reference.right.size(), now.right.size(), units);
  std::vector<char> as_it_was(deal.units(), 0);
  std::fill_n(as_it_was.begin(), deal.units_of_reference(), 1);
  const Shift seen = shift_under(pooled, deal, as_it_was, bins);
  int overall = 0;
  int by_bin = 0;
  for (int r = 0; r < draws.replicates; ++r) {
    const Shift drawn = shift_under(pooled, deal, deal.labels(draws, r), bins);
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
