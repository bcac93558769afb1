#include "eval/special.h"

#include <cmath>
#include <numbers>

#include "core/check.h"

namespace wood::eval {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kEpsilon = 1e-16;

// ln Γ(x), x > 0: Stirling's series (DLMF 5.11.1) after the argument is raised above 15, where its
// sixth term is below 1e-16. Not std::lgamma, which writes a global.
double log_gamma(double x) {
  double shift = 1;
  for (; x < 15; ++x) shift *= x;
  const double inverse = 1 / x;
  const double square = inverse * inverse;
  const double series =
      inverse *
      (1.0 / 12 +
       square *
           (-1.0 / 360 +
            square * (1.0 / 1260 + square * (-1.0 / 1680 +
                                             square * (1.0 / 1188 + square * (-691.0 / 360360))))));
  return (x - 0.5) * std::log(x) - x + 0.5 * std::log(2 * kPi) + series - std::log(shift);
}

double away_from_zero(double value) { return std::abs(value) < 1e-300 ? 1e-300 : value; }

// The continued fraction of I_x(a, b), good for x < (a + 1)/(a + b + 2).
double beta_fraction(double a, double b, double x) {
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double value = d;
  const auto step = [&](double term) {
    d = 1 / away_from_zero(1 + term * d);
    c = away_from_zero(1 + term / c);
    value *= c * d;
    return std::abs(c * d - 1);
  };
  constexpr int kTermsMax = 100'000;  // about the square root of max(a, b) are needed
  for (int m = 1; m <= kTermsMax; ++m) {
    step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    const double left = step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (left < kEpsilon) break;
  }
  return value;
}

}  // namespace

double normal_cdf(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

double normal_quantile(double p) {
  CHECK(p > 0 && p < 1);
  if (p > 0.5) return -normal_quantile(1 - p);
  // A start with an error below 0.003 (Hastings 1955, in Abramowitz and Stegun 26.2.22), then
  // Halley's steps, each of which triples the digits.
  const double t = std::sqrt(-2 * std::log(p));
  double z = (2.30753 + 0.27061 * t) / (1 + t * (0.99229 + t * 0.04481)) - t;
  for (int i = 0; i < 3; ++i) {
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * kPi);
    const double step = (normal_cdf(z) - p) / density;
    z -= step / (1 + z * step / 2);
  }
  return z;
}

double beta_regularised(double a, double b, double x) {
  CHECK(a > 0 && b > 0 && x >= 0 && x <= 1);
  if (x == 0 || x == 1) return x;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) +
                                b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_two_sided(double t, double freedom) {
  CHECK(freedom > 0);
  return beta_regularised(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double kolmogorov_upper(double x) {
  if (x <= 0) return 1;
  if (x < 1) {
    double sum = 0;
    for (int k = 1; k <= 7; k += 2) sum += std::exp(-k * k * kPi * kPi / (8 * x * x));
    return 1 - std::sqrt(2 * kPi) / x * sum;
  }
  double sum = 0;
  for (int k = 1; k <= 6; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
  return sum;
}

}  // namespace wood::eval
