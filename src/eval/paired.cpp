#include "eval/paired.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.h"
#include "core/rng.h"
#include "eval/special.h"

namespace wood::eval {
namespace {

constexpr std::size_t kWilcoxonExactMax = 50;
constexpr std::size_t kFlipExactMax = 30;
// Sums of the same numbers in another order differ by rounding; what is equal but for that counts.
constexpr double kSlack = 1e-12;

struct Ranks {
  std::vector<int> doubled;  // twice the rank of each |d|, so that shared ranks are whole
  std::vector<char> positive;
  double ties = 0;  // Σ (t³ − t) over groups of t equal
};
Ranks ranks_of(std::span<const double> d) {
  std::vector<double> left;
  for (const double one : d)
    if (one != 0) left.push_back(one);
  std::sort(left.begin(), left.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  Ranks out;
  for (std::size_t i = 0; i < left.size();) {
    std::size_t end = i;
    while (end < left.size() && std::abs(left[end]) == std::abs(left[i])) ++end;
    const auto count = static_cast<double>(end - i);
    out.ties += count * count * count - count;
    const int doubled = static_cast<int>(i + 1 + end);  // (first + last), from 1
    for (; i < end; ++i) {
      out.doubled.push_back(doubled);
      out.positive.push_back(left[i] > 0 ? 1 : 0);
    }
  }
  return out;
}

// P(the smaller rank sum ≤ observed) under random signs, by counting the subsets of each doubled
// sum.
double wilcoxon_exact(const std::vector<int>& doubled, int smaller) {
  const int total = std::accumulate(doubled.begin(), doubled.end(), 0);
  std::vector<double> share(static_cast<std::size_t>(total) + 1, 0.0);
  share[0] = 1;
  int reach = 0;
  for (const int rank : doubled) {
    reach += rank;
    for (int sum = reach; sum >= 0; --sum) {
      const auto at = static_cast<std::size_t>(sum);
      const double with = sum >= rank ? share[at - static_cast<std::size_t>(rank)] : 0;
      share[at] = (share[at] + with) / 2;
    }
  }
  double below = 0;
  for (int sum = 0; sum <= smaller; ++sum) below += share[static_cast<std::size_t>(sum)];
  return std::min(1.0, 2 * below);
}

// The sums of all 2^n choices of signs, ascending: each difference merges two shifted copies.
std::vector<double> signed_sums(std::span<const double> d) {
  std::vector<double> out{0};
  for (const double one : d) {
    std::vector<double> low = out;
    std::vector<double> high = out;
    for (double& sum : low) sum -= std::abs(one);
    for (double& sum : high) sum += std::abs(one);
    out.resize(2 * low.size());
    std::merge(low.begin(), low.end(), high.begin(), high.end(), out.begin());
  }
  return out;
}

// The share of all flips whose sum is at least `bar` away from zero, bar > 0. By symmetry twice the
// upper side: for each sum of one half the partners in the other are a suffix that only grows.
double flips_beyond(std::span<const double> d, double bar) {
  const std::vector<double> left = signed_sums(d.first(d.size() / 2));
  const std::vector<double> right = signed_sums(d.subspan(d.size() / 2));
  double count = 0;
  std::size_t from = right.size();
  for (const double sum : left) {
    while (from > 0 && sum + right[from - 1] >= bar) --from;
    count += static_cast<double>(right.size() - from);
  }
  return 2 * count / (static_cast<double>(left.size()) * static_cast<double>(right.size()));
}

int flips_drawn(std::span<const double> d, double bar, const Draws& draws) {
  int beyond = 0;
  for (int r = 0; r < draws.replicates; ++r) {
    const Chance chance(draws.seed, draws.purpose, r, static_cast<std::int64_t>(d.size()));
    double sum = 0;
    std::uint64_t signs = 0;
    for (std::size_t i = 0; i < d.size(); ++i) {
      if (i % 64 == 0) signs = chance.bits(static_cast<std::uint32_t>(i / 64));
      sum += (signs >> (i % 64) & 1) == 1 ? d[i] : -d[i];
    }
    beyond += std::abs(sum) >= bar ? 1 : 0;
  }
  return beyond;
}

std::vector<std::size_t> order_of(std::span<const double> p) {
  for (const double one : p) CHECK(one >= 0 && one <= 1);
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return order;
}

}  // namespace

const char* name(TestResult::How how) {
  switch (how) {
    case TestResult::How::exact: return "exact";
    case TestResult::How::approx: return "approx";
    case TestResult::How::drawn: return "drawn";
  }
  return "";
}

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
  CHECK(a.size() == b.size());
  std::vector<double> out;
  for (std::size_t i = 0; i < a.size(); ++i) out.push_back(a[i] - b[i]);
  check_finite(out);
  return out;
}

std::optional<TestResult> paired_t(std::span<const double> d) {
  const auto spread = deviation(d);
  if (!spread) return std::nullopt;
  TestResult out{0, 1, static_cast<int>(d.size()), TestResult::How::approx};
  const double centre = *mean(d);
  if (*spread == 0 && centre != 0) return std::nullopt;
  if (*spread == 0) return out;
  const auto n = static_cast<double>(d.size());
  out.statistic = centre / (*spread / std::sqrt(n));
  out.p = student_two_sided(out.statistic, n - 1);
  return out;
}

std::optional<TestResult> wilcoxon(std::span<const double> d) {
  check_finite(d);
  if (d.empty()) return std::nullopt;
  const Ranks ranks = ranks_of(d);
  TestResult out{0, 1, static_cast<int>(ranks.doubled.size()), TestResult::How::exact};
  if (out.n == 0) return out;
  int plus = 0;
  int minus = 0;
  for (std::size_t i = 0; i < ranks.doubled.size(); ++i)
    (ranks.positive[i] != 0 ? plus : minus) += ranks.doubled[i];
  const int smaller = std::min(plus, minus);
  out.statistic = smaller / 2.0;
  if (ranks.doubled.size() <= kWilcoxonExactMax) {
    out.p = wilcoxon_exact(ranks.doubled, smaller);
    return out;
  }
  const double n = out.n;
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.ties / 48;
  out.how = TestResult::How::approx;
  out.p = 2 * normal_cdf((out.statistic - n * (n + 1) / 4) / std::sqrt(variance));
  return out;
}

std::optional<TestResult> sign_flip(std::span<const double> d, const Draws& draws) {
  check_finite(d);
  if (d.empty()) return std::nullopt;
  double sum = 0;
  double size = 0;
  for (const double one : d) {
    sum += one;
    size += std::abs(one);
  }
  const auto n = static_cast<double>(d.size());
  TestResult out{sum / n, 1, static_cast<int>(d.size()), TestResult::How::exact};
  const double bar = std::abs(sum) - kSlack * size;
  if (bar <= 0) return out;  // every flip is as far from zero
  if (d.size() <= kFlipExactMax) {
    out.p = std::min(1.0, flips_beyond(d, bar));
    return out;
  }
  CHECK(draws.replicates >= 1);
  out.how = TestResult::How::drawn;
  out.p = (1.0 + flips_drawn(d, bar, draws)) / (1.0 + draws.replicates);
  return out;
}

std::vector<double> holm(std::span<const double> p) {
  const std::vector<std::size_t> order = order_of(p);
  std::vector<double> out(p.size());
  double least = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    least = std::max(least, static_cast<double>(order.size() - i) * p[order[i]]);
    out[order[i]] = std::min(1.0, least);
  }
  return out;
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  const std::vector<std::size_t> order = order_of(p);
  const auto m = static_cast<double>(p.size());
  std::vector<double> out(p.size());
  double most = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    most = std::min(most, p[order[i]] * m / static_cast<double>(i + 1));
    out[order[i]] = most;
  }
  return out;
}

}  // namespace wood::eval
