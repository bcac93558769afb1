#include "market/process.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/check.h"
#include "core/fields.h"
#include "core/rng.h"

namespace wood {
namespace {

constexpr std::int64_t value_min = 1'000, value_max = 262'143'000;

// ln 2 in two parts: the first has 32 trailing zero bits, so k times it is exact for the k we use.
constexpr double ln2_high = 6.93147180369123816490e-01;
constexpr double ln2_low = 1.90821492927058770002e-10;

// 2^k for -1022 <= k <= 1023, by writing the exponent.
double power_of_two(int k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

// Half away from zero; the argument is far inside the range of int64.
std::int64_t rounded(double x) {
  return x < 0 ? -static_cast<std::int64_t>(0.5 - x) : static_cast<std::int64_t>(x + 0.5);
}

double parts(std::int64_t ppm) { return static_cast<double>(ppm) / 1e6; }

// A polynomial, highest power first.
template <std::size_t N>
double horner(const double (&coefficients)[N], double x) {
  double sum = 0;
  for (const double c : coefficients) sum = sum * x + c;
  return sum;
}

// A draw as a double strictly between 0 and 1: the middle of one of 2^52 equal cells.
double uniform(const Chance& chance, std::uint32_t n) {
  return (static_cast<double>(chance.bits(n) >> 12) + 0.5) / 4503599627370496.0;
}

double normal(const Chance& chance, std::uint32_t n) { return normal_inverse(uniform(chance, n)); }

std::int64_t clamped(double value) {
  const double low = static_cast<double>(value_min), high = static_cast<double>(value_max);
  return rounded(std::min(std::max(value, low), high));
}

}  // namespace

// x = k·ln 2 + r with |r| <= ln 2 / 2, then the series of e^r to r^13. What is cut off is below
// 0.3466^14/14! < 5e-18.
double exp_of(double x) {
  CHECK(x >= -700 && x <= 700);
  const auto k = static_cast<int>(rounded(x / (ln2_high + ln2_low)));
  const double r = (x - k * ln2_high) - k * ln2_low;
  double term = 1, sum = 0;
  double terms[14];
  for (int i = 0; i < 14; ++i) {
    terms[i] = term;
    term = term * r / (i + 1);
  }
  for (int i = 13; i >= 0; --i) sum += terms[i];  // smallest first
  return sum * power_of_two(k);
}

// x = 2^k·m with m in [sqrt(1/2), sqrt(2)); ln m = 2·artanh(s), s = (m−1)/(m+1), |s| < 0.1716.
double log_of(double x) {
  CHECK(x >= 2.2250738585072014e-308 && x <= 1.7976931348623157e308);
  const auto bits = std::bit_cast<std::uint64_t>(x);
  int k = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m >= 1.4142135623730951) {
    m /= 2;
    ++k;
  }
  const double s = (m - 1) / (m + 1), square = s * s;
  double sum = 0;
  for (int power = 21; power >= 1; power -= 2) sum = sum * square + 1.0 / power;
  return k * ln2_high + (2 * s * sum + k * ln2_low);
}

// Wichura (1988), "Algorithm AS 241: The percentage points of the normal distribution", Applied
// Statistics 37(3), routine PPND16: rational approximations good to about 1 part in 10^16.
double normal_inverse(double p) {
  CHECK(p > 0 && p < 1);
  static constexpr double a[] = {2.5090809287301226727e+3, 3.3430575583588128105e+4,
                                 6.7265770927008700853e+4, 4.5921953931549871457e+4,
                                 1.3731693765509461125e+4, 1.9715909503065514427e+3,
                                 1.3314166789178437745e+2, 3.3871328727963666080e+0};
  static constexpr double b[] = {5.2264952788528545610e+3, 2.8729085735721942674e+4,
                                 3.9307895800092710610e+4, 2.1213794301586595867e+4,
                                 5.3941960214247511077e+3, 6.8718700749205790830e+2,
                                 4.2313330701600911252e+1, 1.0};
  static constexpr double c[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2,
                                 2.41780725177450611770e-1, 1.27045825245236838258e+0,
                                 3.64784832476320460504e+0, 5.76949722146069140550e+0,
                                 4.63033784615654529590e+0, 1.42343711074968357734e+0};
  static constexpr double d[] = {1.05075007164441684324e-9, 5.47593808499534494600e-4,
                                 1.51986665636164571966e-2, 1.48103976427480074590e-1,
                                 6.89767334985100004550e-1, 1.67638483018380384940e+0,
                                 2.05319162663775882187e+0, 1.0};
  static constexpr double e[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
                                 1.24266094738807843860e-3, 2.65321895265761230930e-2,
                                 2.96560571828504891230e-1, 1.78482653991729133580e+0,
                                 5.46378491116411436990e+0, 6.65790464350110377720e+0};
  static constexpr double f[] = {2.04426310338993978564e-15, 1.42151175831644588870e-7,
                                 1.84631831751005468180e-5,  7.86869131145613259100e-4,
                                 1.48753612908506148525e-2,  1.36929880922735805310e-1,
                                 5.99832206555887937690e-1,  1.0};
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * horner(a, r) / horner(b, r);
  }
  const double tail = q < 0 ? p : 1 - p;
  const double r = std::sqrt(-log_of(tail));
  const double z = r <= 5 ? horner(c, r - 1.6) / horner(d, r - 1.6)
                          : horner(e, r - 5) / horner(f, r - 5);
  return q < 0 ? -z : z;
}

Result<ProcessParams> process_from(const Json& process) {
  ProcessParams params;
  if (process.is(Json::Kind::null)) return params;
  Fields fields(process, "process");
  const auto read = [&](const char* key, std::int64_t& value, std::int64_t low, std::int64_t high) {
    value = fields.integer(key, {low, high, value});
  };
  read("drift_ppm", params.drift_ppm, -1'000'000, 1'000'000);
  read("volatility_ppm", params.volatility_ppm, 0, 2'000'000);
  read("jump_ppm", params.jump_ppm, 0, 1'000'000);
  read("jump_size_ppm", params.jump_size_ppm, 0, 2'000'000);
  read("reversion_ppm", params.reversion_ppm, 0, 1'000'000);
  TRY_STATUS(fields.done());
  return params;
}

Json json(const ProcessParams& params) {
  return Json::object({{"drift_ppm", params.drift_ppm},
                       {"volatility_ppm", params.volatility_ppm},
                       {"jump_ppm", params.jump_ppm},
                       {"jump_size_ppm", params.jump_size_ppm},
                       {"reversion_ppm", params.reversion_ppm}});
}

std::int64_t step(const ProcessParams& params, const LatentStep& from) {
  CHECK(from.value >= value_min && from.value <= value_max);
  CHECK(from.anchor >= value_min && from.anchor <= value_max);
  const Chance chance(from.seed, "latent.step", from.turn, from.good);
  const double x = log_of(static_cast<double>(from.value));
  const double anchor = log_of(static_cast<double>(from.anchor));
  const double volatility = parts(params.volatility_ppm);
  double moved = x + parts(params.drift_ppm) + parts(params.reversion_ppm) * (anchor - x) -
                 volatility * volatility / 2 + volatility * normal(chance, 0);
  if (chance.ppm(params.jump_ppm, 1)) moved += parts(params.jump_size_ppm) * normal(chance, 2);
  return clamped(exp_of(std::min(moved, 25.0)));
}

std::vector<std::int64_t> path(const ProcessParams& params, LatentStep from, int count) {
  std::vector<std::int64_t> values;
  for (int i = 0; i < count; ++i, ++from.turn) {
    values.push_back(from.value);
    from.value = step(params, from);
  }
  return values;
}

std::int64_t shifted(std::int64_t value, std::int64_t ppm) {
  CHECK(ppm >= -10'000'000 && ppm <= 10'000'000);
  return clamped(static_cast<double>(value) * exp_of(parts(ppm)));
}

}  // namespace wood
