#include "eval/units.h"

#include <algorithm>
#include <map>

#include "core/check.h"
#include "core/rng.h"

namespace wood::eval {

Deal::Deal(std::size_t reference, std::size_t now, Units units)
    : by_value_(units.reference.empty() && units.now.empty()) {
  CHECK(by_value_ || (units.reference.size() == reference && units.now.size() == now));
  unit_.reserve(reference + now);
  if (by_value_) {
    for (std::size_t i = 0; i < reference + now; ++i)
      unit_.push_back(static_cast<std::uint32_t>(i));
    reference_ = reference;
    units_ = reference + now;
    return;
  }
  const auto take = [this](std::span<const int> side) {
    std::map<int, std::uint32_t> number;
    for (const int one : side) {
      const auto [it, fresh] = number.emplace(one, static_cast<std::uint32_t>(units_));
      units_ += fresh ? 1 : 0;
      unit_.push_back(it->second);
    }
  };
  take(units.reference);
  reference_ = units_;
  take(units.now);
}

// A partial Fisher–Yates over the units; the result is a mask.
std::vector<char> Deal::labels(const Draws& draws, int r) const {
  const Chance chance(draws.seed, draws.purpose, r, static_cast<std::int64_t>(units_));
  std::vector<std::uint32_t> place(units_);
  for (std::size_t i = 0; i < units_; ++i) place[i] = static_cast<std::uint32_t>(i);
  std::vector<char> mask(units_, 0);
  for (std::size_t i = 0; i < reference_; ++i) {
    const auto left = static_cast<std::int64_t>(units_ - i);
    const auto pick =
        i + static_cast<std::size_t>(chance.below(left, static_cast<std::uint32_t>(i)));
    std::swap(place[i], place[pick]);
    mask[place[i]] = 1;
  }
  return mask;
}

std::vector<Placed> ascending(std::span<const double> reference, std::span<const double> now,
                              const Deal& deal) {
  CHECK(deal.unit().size() == reference.size() + now.size());
  std::vector<Placed> out;
  out.reserve(deal.unit().size());
  for (const auto& side : {reference, now})
    for (const double value : side) out.push_back({value, deal.unit()[out.size()]});
  std::sort(out.begin(), out.end(), [](const Placed& a, const Placed& b) {
    return a.value != b.value ? a.value < b.value : a.unit < b.unit;
  });
  if (deal.by_value())
    for (std::size_t i = 0; i < out.size(); ++i) out[i].unit = static_cast<std::uint32_t>(i);
  return out;
}

double ways_to_deal(std::int64_t units, std::int64_t reference) {
  CHECK(reference >= 0 && reference <= units);
  double ways = 1;
  const std::int64_t few = std::min(reference, units - reference);
  for (std::int64_t i = 1; i <= few && ways < 1e15; ++i)
    ways = ways * static_cast<double>(units - few + i) / static_cast<double>(i);
  return ways;
}

}  // namespace wood::eval
