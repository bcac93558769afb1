// Do two casts differ on the same seeds? Paired tests on d = a − b, and the correction when many
// are asked at once.
//
// Which test. The sign-flip test needs least: under no effect each difference is as likely positive
// as negative; it tests the mean and is exact to n = 30. Wilcoxon's signed ranks resist outliers,
// and test whether the differences lie symmetrically about 0. The t-test needs means that are about
// normal, and is there because readers know it. All are two-sided. Choose before looking.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "eval/bootstrap.h"

namespace wood::eval {

struct TestResult {
  double statistic = 0;
  double p = 1;
  int n = 0;  // differences used
  enum class How {
    exact,   // all that could have come about was counted
    approx,  // by the limit distribution
    drawn    // by simulation: p is (1 + as extreme) / (1 + drawn), never 0 (Phipson, Smyth 2010)
  } how = How::exact;
};
const char* name(TestResult::How how);

// aᵢ − bᵢ. Equal lengths (CHECK).
[[nodiscard]] std::vector<double> differences(std::span<const double> a, std::span<const double> b);

// Student's paired t (1908); statistic: t with n − 1 degrees of freedom. All differences zero: t =
// 0, p = 1. nullopt: n < 2, or all alike and not zero, where t is infinite and means nothing.
[[nodiscard]] std::optional<TestResult> paired_t(std::span<const double> d);

// Wilcoxon's signed-rank test (1945); statistic: the smaller of the two rank sums. Zeros are left
// out (and not counted in n), equal sizes share their mean rank. To n = 50 exact, given the ties;
// above, normal with the variance corrected for ties and without a continuity correction, as SciPy
// has it (whose exact p-value ignores ties: with ties ours differs, and reference_test.cpp compares
// with a count of all sign flips). n = 0 after the zeros: p = 1. nullopt: empty.
[[nodiscard]] std::optional<TestResult> wilcoxon(std::span<const double> d);

// Fisher's sign-flip test (1935) of the mean; statistic: the mean difference. Exact to n = 30: the
// sums of all flips of each half are sorted, so the 2^n are counted in 2^(n/2)·n steps. Above that
// draws.replicates flips. nullopt: empty.
[[nodiscard]] std::optional<TestResult> sign_flip(std::span<const double> d, const Draws& draws);

// ---- Many comparisons: adjusted p-values, in the order given; reject where adjusted ≤ α.

// Holm's step-down (1979): keeps the chance of any false claim at α, whatever the tests'
// dependence. For claims.
[[nodiscard]] std::vector<double> holm(std::span<const double> p);
// Benjamini and Hochberg's step-up (1995): keeps the expected share of false claims at α, for tests
// that are independent or positively dependent. For screening; a table says which it shows.
[[nodiscard]] std::vector<double> benjamini_hochberg(std::span<const double> p);

}  // namespace wood::eval
