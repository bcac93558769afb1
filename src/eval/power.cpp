#include "eval/power.h"

#include <cmath>

#include "core/check.h"
#include "core/rng.h"
#include "eval/special.h"

namespace wood::eval {
namespace {

// Noise of all experiments, one after the other.
std::vector<double> noise_of(const PowerTerms& terms, const Draws& draws) {
  CHECK(terms.pairs >= 2 && terms.alpha > 0 && terms.alpha < 1 && draws.replicates >= 1);
  CHECK(terms.pilot.empty() ? terms.deviation >= 0 : terms.pilot.size() >= 2);
  const double centre = mean(terms.pilot).value_or(0);
  std::vector<double> out;
  out.reserve(static_cast<std::size_t>(draws.replicates) * static_cast<std::size_t>(terms.pairs));
  for (int r = 0; r < draws.replicates; ++r) {
    const Chance chance(draws.seed, draws.purpose, r, terms.pairs);
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(terms.pairs); ++i)
      if (terms.pilot.empty()) {
        // The middles of 2^52 equal cells of (0, 1), which doubles hold exactly.
        const double uniform = (static_cast<double>(chance.bits(i) >> 12) + 0.5) * 0x1p-52;
        out.push_back(terms.deviation * normal_quantile(uniform));
      } else {
        const auto at = chance.below(static_cast<std::int64_t>(terms.pilot.size()), i);
        out.push_back(terms.pilot[static_cast<std::size_t>(at)] - centre);
      }
  }
  return out;
}

double found(double effect, std::span<const double> noise, const PowerTerms& terms,
             const Draws& draws) {
  const auto pairs = static_cast<std::size_t>(terms.pairs);
  std::vector<double> d(pairs);
  int count = 0;
  for (std::size_t start = 0; start < noise.size(); start += pairs) {
    for (std::size_t i = 0; i < pairs; ++i) d[i] = noise[start + i] + effect;
    count += p_value(terms.test, d, draws) <= terms.alpha ? 1 : 0;
  }
  return count / (static_cast<double>(noise.size()) / static_cast<double>(pairs));
}

}  // namespace

const char* name(PairedTest test) {
  switch (test) {
    case PairedTest::t: return "paired t";
    case PairedTest::wilcoxon: return "Wilcoxon signed-rank";
    case PairedTest::sign_flip: return "sign-flip";
  }
  return "";
}

double p_value(PairedTest test, std::span<const double> d, const Draws& draws) {
  const auto result = test == PairedTest::t          ? paired_t(d)
                      : test == PairedTest::wilcoxon ? wilcoxon(d)
                                                     : sign_flip(d, draws);
  return result ? result->p : 1;
}

Power power_paired(double effect, const PowerTerms& terms, const Draws& draws) {
  const double power = found(effect, noise_of(terms, draws), terms, draws);
  return {power, std::sqrt(power * (1 - power) / draws.replicates)};
}

std::optional<double> detectable_effect(double power, const PowerTerms& terms, const Draws& draws) {
  CHECK(power > terms.alpha && power < 1);
  const double unit = terms.pilot.empty() ? terms.deviation : *deviation(terms.pilot);
  if (unit == 0) return std::nullopt;
  const std::vector<double> noise = noise_of(terms, draws);
  const auto enough = [&](double effect) { return found(effect, noise, terms, draws) >= power; };
  double high = unit / 8;
  while (!enough(high)) {
    high *= 2;
    if (high > 1000 * unit) return std::nullopt;
  }
  double low = high > unit / 8 ? high / 2 : 0;
  while (high - low > unit / 1000) {
    const double middle = (low + high) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace wood::eval
