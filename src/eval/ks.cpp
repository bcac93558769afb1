#include "eval/ks.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"
#include "eval/special.h"

namespace wood::eval {
namespace {

constexpr std::int64_t kExactMax = 4'000'000;
constexpr double kSlack = 1e-12;  // shares of the same counts over other totals differ by rounding

// n·m·D as a whole number: max |i·m − j·n| after each distinct value.
std::int64_t distance(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<std::int64_t>(a.size());
  const auto m = static_cast<std::int64_t>(b.size());
  std::int64_t i = 0;
  std::int64_t j = 0;
  std::int64_t most = 0;
  while (i < n && j < m) {
    const double value = std::min(a[static_cast<std::size_t>(i)], b[static_cast<std::size_t>(j)]);
    while (i < n && a[static_cast<std::size_t>(i)] == value) ++i;
    while (j < m && b[static_cast<std::size_t>(j)] == value) ++j;
    most = std::max(most, std::abs(i * m - j * n));
  }
  return most;
}

// Of all orders of n + m values the share in which |i·m − j·n| reaches `bar` somewhere. left[j] is
// that share of the paths from (0, 0) to (i, j): those come by (i − 1, j) with weight i/(i + j) and
// by (i, j − 1) with j/(i + j). Sums of positive terms only.
double share_outside(std::int64_t n, std::int64_t m, std::int64_t bar) {
  std::vector<double> left(static_cast<std::size_t>(m) + 1, 0.0);
  for (std::int64_t i = 0; i <= n; ++i)
    for (std::int64_t j = 0; j <= m; ++j) {
      double& here = left[static_cast<std::size_t>(j)];
      if (std::abs(i * m - j * n) >= bar) {
        here = 1;
      } else if (i + j > 0) {
        const double beside = j > 0 ? left[static_cast<std::size_t>(j - 1)] : 0;
        here = (static_cast<double>(i) * here + static_cast<double>(j) * beside) /
               static_cast<double>(i + j);
      }
    }
  return left.back();
}

// D of the two sides that a mask of units makes of one ascending sample.
double distance(const std::vector<Placed>& pooled, const std::vector<char>& mask) {
  double n = 0;
  for (const Placed& one : pooled) n += mask[one.unit];
  const double m = static_cast<double>(pooled.size()) - n;
  double below_a = 0;
  double below_b = 0;
  double most = 0;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    (mask[pooled[i].unit] != 0 ? below_a : below_b) += 1;
    if (i + 1 == pooled.size() || pooled[i + 1].value != pooled[i].value)
      most = std::max(most, std::abs(below_a / n - below_b / m));
  }
  return most;
}

}  // namespace

std::optional<TestResult> ks_two_sample(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> first = sorted(a);
  const std::vector<double> second = sorted(b);
  if (first.empty() || second.empty()) return std::nullopt;
  const auto n = static_cast<std::int64_t>(first.size());
  const auto m = static_cast<std::int64_t>(second.size());
  CHECK(n < (std::int64_t{1} << 31) && m < (std::int64_t{1} << 31));
  const std::int64_t bar = distance(first, second);
  TestResult out;
  out.statistic = static_cast<double>(bar) / (static_cast<double>(n) * static_cast<double>(m));
  out.n = static_cast<int>(std::min(n, m));
  if (bar == 0) return out;
  if (n * m <= kExactMax) {
    out.p = std::min(1.0, share_outside(n, m, bar));
    return out;
  }
  out.how = TestResult::How::approx;
  const double size = static_cast<double>(n) * static_cast<double>(m) / static_cast<double>(n + m);
  out.p = kolmogorov_upper(std::sqrt(size) * out.statistic);
  return out;
}

std::optional<TestResult> ks_permuted(std::span<const double> a, std::span<const double> b,
                                      const Draws& draws, Units units) {
  check_finite(a);
  check_finite(b);
  CHECK(draws.replicates >= 1);
  if (a.empty() || b.empty()) return std::nullopt;
  const Deal deal(a.size(), b.size(), units);
  const std::vector<Placed> pooled = ascending(a, b, deal);
  TestResult out;
  out.statistic = static_cast<double>(distance(sorted(a), sorted(b))) /
                  (static_cast<double>(a.size()) * static_cast<double>(b.size()));
  out.n = static_cast<int>(std::min(a.size(), b.size()));
  out.how = TestResult::How::drawn;
  int as_far = 0;
  for (int r = 0; r < draws.replicates; ++r)
    as_far += distance(pooled, deal.labels(draws, r)) >= out.statistic - kSlack ? 1 : 0;
  out.p = (1.0 + as_far) / (1.0 + draws.replicates);
  return out;
}

}  // namespace wood::eval
