#include "minds/sampler.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/rng.h"

namespace wood {
namespace {

struct Candidate {
  float logit;
  std::int32_t token;
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

double exp_of(double x) {
  CHECK(!(x > 0));
  if (!(x > -700)) return 0;
  // x = k ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, so that r is exact to the last place.
  const double k = std::floor(x * 1.4426950408889634 + 0.5);
  const double r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
  double sum = 1;
  for (int n = 14; n >= 1; --n) sum = 1 + sum * r / n;
  return std::ldexp(sum, static_cast<int>(k));
}

std::int32_t choose(std::span<const float> logits, const std::vector<bool>& allowed,
                    const Sampling& sampling, Draw draw) {
  if (sampling.temperature_milli <= 0) return greatest(logits, allowed);
  std::vector<Candidate> list;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (allowed[i])
      list.push_back({std::isnan(logits[i]) ? -INFINITY : logits[i], static_cast<std::int32_t>(i)});
  if (list.empty()) return -1;
  std::sort(list.begin(), list.end(), before);
  if (std::isinf(list[0].logit)) return list[0].token;
  if (sampling.top_k > 0 && static_cast<std::size_t>(sampling.top_k) < list.size())
    list.resize(static_cast<std::size_t>(sampling.top_k));

  // Weights as integers of 2^-40 of the greatest: their sums are exact, in any order.
  const double scale = 1000.0 / static_cast<double>(sampling.temperature_milli);
  std::vector<std::int64_t> weights;
  std::int64_t total = 0;
  for (const Candidate& one : list) {
    const double gap =
        (static_cast<double>(one.logit) - static_cast<double>(list[0].logit)) * scale;
    weights.push_back(static_cast<std::int64_t>(exp_of(gap) * 1'099'511'627'776.0));
    total += weights.back();
  }
  if (sampling.top_p_milli < 1'000) {  // the fewest that together hold that share
    std::int64_t kept = 0;
    std::size_t count = 0;
    while (count < list.size() && (count == 0 || kept < total / 1'000 * sampling.top_p_milli))
      kept += weights[count++];
    weights.resize(count);
    total = kept;
  }
  const Chance chance(sampling.seed, "mind.token", draw.index, draw.attempt);
  std::int64_t left = chance.below(total, 0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (left < weights[i]) return list[i].token;
    left -= weights[i];
  }
  check_failed("a draw below the total", __FILE__, __LINE__);
}

}  // namespace wood
