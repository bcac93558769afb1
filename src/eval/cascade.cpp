#include "eval/cascade.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace wood::eval {
namespace {

void check(const CascadeItem& item) {
  CHECK((item.small_right == 0 || item.small_right == 1) &&
        (item.large_right == 0 || item.large_right == 1));
  CHECK(item.small_confidence >= 0 && item.small_confidence <= 1);
  CHECK(std::isfinite(item.small_cost) && item.small_cost >= 0 && std::isfinite(item.large_cost) &&
        item.large_cost >= 0);
}

// Running totals as items go over to the large mind.
struct Totals {
  std::int64_t right = 0, escalated = 0;
  double cost = 0;
  [[nodiscard]] CascadePoint point(double threshold, std::size_t count) const {
    const auto n = static_cast<double>(count);
    return {threshold, static_cast<double>(right) / n, cost / n,
            static_cast<double>(escalated) / n};
  }
  void escalate(const CascadeItem& item) {
    right += item.large_right - item.small_right;
    cost += item.large_cost;
    ++escalated;
  }
};

// The least sure first; equals in an order that the order given does not change.
std::vector<CascadeItem> by_confidence(std::span<const CascadeItem> items) {
  std::vector<CascadeItem> out(items.begin(), items.end());
  std::sort(out.begin(), out.end(), [](const CascadeItem& a, const CascadeItem& b) {
    if (a.small_confidence != b.small_confidence) return a.small_confidence < b.small_confidence;
    return a.large_cost < b.large_cost;
  });
  return out;
}

std::vector<CascadePoint> curve_of(std::span<const CascadeItem> items) {
  const std::vector<CascadeItem> ascending = by_confidence(items);
  Totals totals;
  for (const CascadeItem& item : ascending) {
    totals.right += item.small_right;
    totals.cost += item.small_cost;
  }
  std::vector<CascadePoint> out{totals.point(0, items.size())};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    totals.escalate(ascending[i]);
    const bool last = i + 1 == ascending.size();
    if (last || ascending[i + 1].small_confidence != ascending[i].small_confidence)
      out.push_back(totals.point(last ? kAlways : ascending[i + 1].small_confidence, items.size()));
  }
  return out;
}

std::optional<double> apgr_of(const Cascade& cascade) {
  const double gap = cascade.large_accuracy - cascade.small_accuracy;
  if (gap <= 0) return std::nullopt;
  double area = 0;
  for (std::size_t i = 1; i < cascade.curve.size(); ++i) {
    const CascadePoint& a = cascade.curve[i - 1];
    const CascadePoint& b = cascade.curve[i];
    const double middle = (a.accuracy + b.accuracy) / 2 - cascade.small_accuracy;
    area += (b.escalated - a.escalated) * middle / gap;
  }
  return area;
}

}  // namespace

CascadePoint cascade_at(std::span<const CascadeItem> items, double threshold) {
  if (items.empty()) return {threshold, 0, 0, 0};
  Totals totals;
  for (const CascadeItem& item : items) {
    check(item);
    totals.right += item.small_right;
    totals.cost += item.small_cost;
    if (item.small_confidence < threshold) totals.escalate(item);
  }
  return totals.point(threshold, items.size());
}

std::optional<Cascade> cascade(std::span<const CascadeItem> items) {
  if (items.empty()) return std::nullopt;
  for (const CascadeItem& item : items) check(item);
  Cascade out;
  const auto n = static_cast<double>(items.size());
  std::int64_t large_right = 0;
  for (const CascadeItem& item : items) {
    out.small_cost += item.small_cost / n;
    out.large_cost += item.large_cost / n;
    large_right += item.large_right;
  }
  out.curve = curve_of(items);
  out.small_accuracy = out.curve.front().accuracy;
  out.large_accuracy = out.curve.back().accuracy;
  out.apgr = apgr_of(out);
  if (out.apgr) out.over_random = *out.apgr - 0.5;
  // Costs rise along the curve. Counted in whole items: 0.95 is no double.
  for (const CascadePoint& point : out.curve) {
    out.at_95 = point;
    const auto right = std::llround(point.accuracy * n);
    if (100 * right >= 95 * large_right) break;
  }
  if (out.large_cost > 0) out.cost_share_at_95 = out.at_95.cost / out.large_cost;
  return out;
}

std::optional<Estimate> apgr(std::span<const CascadeItem> items, const Draws& draws,
                             IntervalTerms terms) {
  std::vector<CascadeItem> drawn;
  const auto statistic = [&](std::span<const int> indices) -> std::optional<double> {
    drawn.clear();
    for (const int i : indices) drawn.push_back(items[static_cast<std::size_t>(i)]);
    const auto one = cascade(drawn);
    return one ? one->apgr : std::nullopt;
  };
  return bootstrap_cases(static_cast<int>(items.size()), statistic, draws, terms);
}

}  // namespace wood::eval
