// Isotonic regression: the best non-decreasing line through weighted points, and the map from a
// mind's confidence to its accuracy that is made of it.
//
// Pool adjacent violators (Ayer et al. 1955), as scikit-learn's IsotonicRegression does it: points
// with one x become one with their mean y and summed weight, then neighbours out of order are
// pooled. Fit on one set of seeds and report on another: on its own points it is right by
// construction.
#pragma once

#include <span>
#include <vector>

#include "core/json.h"
#include "eval/calibrate.h"

namespace wood::eval {

struct Point {
  double x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};
// The knots of the fit: first and last x of each level, ascending in x and in y. weights: empty for
// all 1; else one each, none negative (CHECK); points of weight 0 are left out. Empty if nothing
// is.
[[nodiscard]] std::vector<Point> isotonic(std::span<const double> x, std::span<const double> y,
                                          std::span<const double> weights = {});

// Confidence to accuracy, in parts per million both ways, so that it can be recorded.
class CalibrationMap {
 public:
  enum class Between {
    linear,  // between knots, as scikit-learn predicts
    step     // the level of the knot at or below; below the first knot the first level
  };
  struct Knot {
    std::int64_t confidence_ppm = 0, accuracy_ppm = 0;
    friend bool operator==(const Knot&, const Knot&) = default;
  };

  // accuracy_ppm of isotonic(), rounded to the nearest. nullopt: no forecasts.
  static std::optional<CalibrationMap> fit(const Forecasts& forecasts,
                                           Between between = Between::linear);

  // Outside the knots their ends; in integers, rounded half up, the same on every machine.
  // 0 ≤ confidence_ppm ≤ 1,000,000 (CHECK).
  [[nodiscard]] std::int64_t accuracy_ppm(std::int64_t confidence_ppm) const;

  [[nodiscard]] const std::vector<Knot>& knots() const { return knots_; }
  // {"between":"linear","knots":[[confidence_ppm,accuracy_ppm],…]}
  [[nodiscard]] Json json() const;
  // Errc::schema naming the knot: at least one, confidences ascending, accuracies never falling,
  // all in 0..1,000,000.
  static Result<CalibrationMap> from(const Json& json);

 private:
  Between between_ = Between::linear;
  std::vector<Knot> knots_;
};

}  // namespace wood::eval
