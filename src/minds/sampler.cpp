#include "minds/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/check.h"
#include "core/rng.h"

namespace wood {
namespace {

struct Candidate {
  float logit;
  std::int32_t token;
  std::int64_t weight = 0;
};

bool before(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
}

std::int32_t greatest(std::span<const float> logits, const std::vector<bool>& allowed) {
  Candidate best{0, -1};
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (!allowed[i]) continue;
    const Candidate one{std::isnan(logits[i]) ? -INFINITY : logits[i],
                        static_cast<std::int32_t>(i)};
    if (best.token < 0 || before(one, best)) best = one;
  }
  return best.token;
}

}  // namespace

// 1/n as the compiler rounds it: a product is several times faster than a quotient.
constexpr double kInverse[] = {0,       1.0,     1.0 / 2, 1.0 / 3,  1.0 / 4,  1.0 / 5,  1.0 / 6,
                               1.0 / 7, 1.0 / 8, 1.0 / 9, 1.0 / 10, 1.0 / 11, 1.0 / 12, 1.0 / 13};

// Of several at once, since each of its steps waits for the one before.
template <std::size_t N>
void exponentials(const double* x, double* out) {
  std::int64_t k[N];
  double r[N], sum[N];
  for (std::size_t i = 0; i < N; ++i) {
    // x = k ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, so that r is exact to the last place.
    const bool counts = x[i] > -700;
    const double y = counts ? x[i] * 1.4426950408889634 + 0.5 : 0;
    k[i] = static_cast<std::int64_t>(y);
    k[i] -= static_cast<double>(k[i]) > y;  // the greatest integer that is not above it
    const double whole = static_cast<double>(k[i]);
    r[i] = (x[i] - whole * 0.693147180369123816490) - whole * 1.90821492927058770002e-10;
    sum[i] = 1;
  }
  for (int n = 13; n >= 1; --n)
    for (std::size_t i = 0; i < N; ++i) sum[i] = 1 + sum[i] * r[i] * kInverse[n];
  for (std::size_t i = 0; i < N; ++i) {  // sum 2^k, by the bits of the exponent
    const auto bits =
        std::bit_cast<std::uint64_t>(sum[i]) + (static_cast<std::uint64_t>(k[i]) << 52);
    out[i] = x[i] > -700 ? std::bit_cast<double>(bits) : 0;
  }
}

double exponential(double x) {
  CHECK(!(x > 0));
  double out = 0;
  exponentials<1>(&x, &out);
  return out;
}

namespace {
constexpr std::size_t kAtOnce = 8;

// Gives each candidate its weight; those that have none are none.
void weigh(std::vector<double>& gaps, std::vector<Candidate>& list) {
  gaps.resize((gaps.size() + kAtOnce - 1) / kAtOnce * kAtOnce);
  for (std::size_t i = 0; i < gaps.size(); i += kAtOnce) {
    double weights[kAtOnce];
    exponentials<kAtOnce>(gaps.data() + i, weights);
    for (std::size_t j = 0; j < kAtOnce && i + j < list.size(); ++j)
      list[i + j].weight = static_cast<std::int64_t>(weights[j] * 1'099'511'627'776.0);
  }
  std::erase_if(list, [](const Candidate& one) { return one.weight <= 0; });
}
}  // namespace

std::int32_t choose(std::span<const float> logits, const std::vector<bool>& allowed,
                    const Sampling& sampling, Draw draw) {
  const std::int32_t top = greatest(logits, allowed);
  if (sampling.temperature_milli <= 0 || top < 0 || !std::isfinite(logits[top])) return top;
  // Weights as integers of 2^-40 of the greatest: their sums are exact, in any order. What would
  // weigh less than one is no candidate.
  const double scale = 1000.0 / static_cast<double>(sampling.temperature_milli);
  std::vector<Candidate> list;
  std::vector<double> gaps;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (!allowed[i]) continue;
    const double gap = (static_cast<double>(logits[i]) - static_cast<double>(logits[top])) * scale;
    if (!(gap > -28)) continue;  // e^-28 < 2^-40; NaN too
    list.push_back({logits[i], static_cast<std::int32_t>(i)});
    gaps.push_back(gap);
  }
  weigh(gaps, list);
  const bool some = sampling.top_k > 0 && static_cast<std::size_t>(sampling.top_k) < list.size();
  if (some || sampling.top_p_milli < 1'000) std::sort(list.begin(), list.end(), before);
  if (some) list.resize(static_cast<std::size_t>(sampling.top_k));
  std::int64_t total = 0;
  for (const Candidate& one : list) total += one.weight;
  if (sampling.top_p_milli < 1'000) {  // the fewest that together hold that share
    const std::int64_t share = total / 1'000 * sampling.top_p_milli;
    std::int64_t kept = 0;
    std::size_t count = 0;
    while (count == 0 || (count < list.size() && kept < share)) kept += list[count++].weight;
    list.resize(count);
    total = kept;
  }
  const Chance chance(sampling.seed, "mind.token", draw.index, draw.attempt);
  std::int64_t left = chance.below(total, 0);
  for (const Candidate& one : list) {
    if (left < one.weight) return one.token;
    left -= one.weight;
  }
  check_failed("a draw below the total", __FILE__, __LINE__);
}

}  // namespace wood
