#include "cli/figure.h"

#include <cmath>

#include "core/text.h"

namespace wood::cli {

std::string fixed(double value, int digits) {
  double scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  return decimal(std::llround(value * scale), digits);
}

std::string signed_fixed(double value, int digits) {
  const std::string text = fixed(value, digits);
  return text.front() == '-' ? text : "+" + text;
}

std::string interval_text(const eval::Interval& interval, int digits) {
  return "[" + fixed(interval.low, digits) + ", " + fixed(interval.high, digits) + "]";
}

std::string p_text(double p) { return p < 0.0005 ? "<0.001" : fixed(p, 3); }

std::string percent(double share, int digits) { return fixed(100 * share, digits) + " %"; }

}  // namespace wood::cli
