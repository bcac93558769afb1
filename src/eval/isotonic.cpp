#include "eval/isotonic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.h"

namespace wood::eval {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

struct Level {
  double first, last;  // x
  double weight, y;
};

// One level for each distinct x, ascending.
std::vector<Level> levels_of(std::span<const double> x, std::span<const double> y,
                             std::span<const double> weights) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // By y and weight too, so that the order in which points come changes not one bit.
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1.0 : weights[i]; };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (x[a] != x[b]) return x[a] < x[b];
    return y[a] != y[b] ? y[a] < y[b] : weight(a) < weight(b);
  });
  std::vector<Level> out;
  for (const std::size_t i : order) {
    CHECK(weight(i) >= 0);
    if (weight(i) == 0) continue;
    if (out.empty() || out.back().last != x[i]) {
      out.push_back({x[i], x[i], weight(i), y[i]});
      continue;
    }
    Level& same = out.back();
    same.y = (same.y * same.weight + y[i] * weight(i)) / (same.weight + weight(i));
    same.weight += weight(i);
  }
  return out;
}

std::int64_t ppm(double share) { return std::llround(share * static_cast<double>(kMillion)); }

Error bad_knot(std::size_t index, const std::string& why) {
  return {Errc::schema, "knot " + std::to_string(index) + " of a calibration " + why};
}

}  // namespace

std::vector<Point> isotonic(std::span<const double> x, std::span<const double> y,
                            std::span<const double> weights) {
  CHECK(x.size() == y.size() && (weights.empty() || weights.size() == x.size()));
  check_finite(x);
  check_finite(y);
  check_finite(weights);
  std::vector<Level> pooled;
  for (Level level : levels_of(x, y, weights)) {
    while (!pooled.empty() && pooled.back().y >= level.y) {
      const Level& before = pooled.back();
      const double weight = before.weight + level.weight;
      level.y = (before.y * before.weight + level.y * level.weight) / weight;
      level.weight = weight;
      level.first = before.first;
      pooled.pop_back();
    }
    pooled.push_back(level);
  }
  std::vector<Point> knots;
  for (const Level& level : pooled) {
    knots.push_back({level.first, level.y});
    if (level.last != level.first) knots.push_back({level.last, level.y});
  }
  return knots;
}

std::optional<CalibrationMap> CalibrationMap::fit(const Forecasts& forecasts, Between between) {
  CHECK(forecasts.confidence.size() == forecasts.right.size());
  if (forecasts.right.empty()) return std::nullopt;
  // Confidences that are one part per million apart or less are one.
  std::vector<double> x;
  for (const double one : forecasts.confidence) {
    CHECK(one >= 0 && one <= 1);
    x.push_back(static_cast<double>(ppm(one)));
  }
  const std::vector<double> y(forecasts.right.begin(), forecasts.right.end());
  CalibrationMap out;
  out.between_ = between;
  for (const Point& point : isotonic(x, y))
    out.knots_.push_back({std::llround(point.x), ppm(point.y)});
  return out;
}

std::int64_t CalibrationMap::accuracy_ppm(std::int64_t confidence_ppm) const {
  CHECK(confidence_ppm >= 0 && confidence_ppm <= kMillion && !knots_.empty());
  const auto above = std::upper_bound(
      knots_.begin(), knots_.end(), confidence_ppm,
      [](std::int64_t value, const Knot& knot) { return value < knot.confidence_ppm; });
  if (above == knots_.begin()) return knots_.front().accuracy_ppm;
  const Knot& low = *(above - 1);
  if (above == knots_.end() || between_ == Between::step) return low.accuracy_ppm;
  const std::int64_t width = above->confidence_ppm - low.confidence_ppm;
  const std::int64_t rise = above->accuracy_ppm - low.accuracy_ppm;
  return low.accuracy_ppm +
         (2 * rise * (confidence_ppm - low.confidence_ppm) + width) / (2 * width);
}

Json CalibrationMap::json() const {
  Json knots = Json::array();
  for (const Knot& knot : knots_) {
    Json pair = Json::array();
    pair.push(knot.confidence_ppm);
    pair.push(knot.accuracy_ppm);
    knots.push(std::move(pair));
  }
  return Json::object(
      {{"between", between_ == Between::linear ? "linear" : "step"}, {"knots", std::move(knots)}});
}

Result<CalibrationMap> CalibrationMap::from(const Json& json) {
  CalibrationMap out;
  const std::string between = json.str_or("between", "");
  if (between != "linear" && between != "step")
    return fail(Errc::schema, "a calibration's between is linear or step, not '" + between + "'");
  out.between_ = between == "linear" ? Between::linear : Between::step;
  const Json* knots = json.find("knots");
  if (knots == nullptr || !knots->is(Json::Kind::array) || knots->items().empty())
    return fail(Errc::schema, "a calibration needs knots, pairs of parts per million");
  for (std::size_t i = 0; i < knots->items().size(); ++i) {
    const Json& pair = knots->items()[i];
    if (!pair.is(Json::Kind::array) || pair.items().size() != 2 || !pair.items()[0].is_integer() ||
        !pair.items()[1].is_integer())
      return fail(bad_knot(i, "is no pair of integers"));
    const Knot knot{pair.items()[0].integer(), pair.items()[1].integer()};
    const auto within = [](std::int64_t value) { return value >= 0 && value <= kMillion; };
    if (!within(knot.confidence_ppm) || !within(knot.accuracy_ppm))
      return fail(bad_knot(i, "is outside 0..1000000"));
    if (!out.knots_.empty() && (knot.confidence_ppm <= out.knots_.back().confidence_ppm ||
                                knot.accuracy_ppm < out.knots_.back().accuracy_ppm))
      return fail(bad_knot(i, "does not rise from the one before it"));
    out.knots_.push_back(knot);
  }
  return out;
}

}  // namespace wood::eval
