// The distribution functions that the tests of this folder need, and no more.
//
// Own code, since what Debian has is either under a licence that would bind the program (GSL) or
// 170 MB of headers for four functions (Boost.Math). reference_test.cpp holds each against SciPy to
// 12 digits, tails included. They call the C library's exp, log and erfc, which may differ in the
// last digit between machines: what goes into a record is rounded first.
#pragma once

namespace wood::eval {

// Φ(z) of the standard normal. Full relative accuracy in both tails.
[[nodiscard]] double normal_cdf(double z);
// Φ⁻¹(p), for 0 < p < 1 (CHECK).
[[nodiscard]] double normal_quantile(double p);

// P(|T| ≥ |t|) of Student's t with `freedom` > 0 degrees of freedom (CHECK).
[[nodiscard]] double student_two_sided(double t, double freedom);

// I_x(a, b), the regularised incomplete beta function, a and b > 0, 0 ≤ x ≤ 1 (CHECK). By the
// continued fraction of DLMF 8.17.22, evaluated by Lentz's method.
[[nodiscard]] double beta_regularised(double a, double b, double x);

// P(K ≥ x) of Kolmogorov's limit distribution: 2·Σ (−1)^(k−1)·exp(−2k²x²) (Smirnov 1948); below
// x = 1 by the theta-function twin of that sum, which converges there. 1 for x ≤ 0.
[[nodiscard]] double kolmogorov_upper(double x);

}  // namespace wood::eval
