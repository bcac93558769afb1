// A small mind first, a larger one where the small one is not sure: what accuracy costs, for every
// bar on the confidence.
//
// At a threshold t an item goes on to the large mind when the small one's confidence is below t. It
// then costs both, since the small mind has been asked already: a cascade that sends everything on
// is dearer than the large mind alone, and the curve shows it. t = 0 sends nothing, kAlways all.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "eval/bootstrap.h"

namespace wood::eval {

struct CascadeItem {
  int small_right = 0, large_right = 0;   // 1 or 0 (CHECK)
  double small_confidence = 0;            // in [0, 1] (CHECK)
  double small_cost = 0, large_cost = 0;  // of asking that mind; any one unit, ≥ 0 (CHECK)
};

inline constexpr double kAlways = 2;  // above every confidence

struct CascadePoint {
  double threshold = 0;
  double accuracy = 0;
  double cost = 0;       // mean an item
  double escalated = 0;  // share of items that went on
};

struct Cascade {
  // Where something changes, thresholds ascending: 0, each confidence above the least one, kAlways.
  std::vector<CascadePoint> curve{};
  double small_accuracy = 0, large_accuracy = 0;
  double small_cost = 0, large_cost = 0;  // mean of asking that mind alone

  // Average performance gap recovered (Ong et al. 2024, RouteLLM): ∫₀¹ PGR(c) dc with PGR(c) =
  // (accuracy(c) − small)/(large − small) at the share c of items sent on, linear between the
  // points of the curve, which is what a toss among items of one confidence gives on the mean. A
  // router that tosses a coin has ½; over_random = apgr − ½. nullopt: the large mind is not better.
  std::optional<double> apgr{};
  std::optional<double> over_random{};

  // The cheapest point with at least 95 % of the large mind's accuracy, and its cost as a share of
  // asking the large mind alone (nullopt: that is free).
  CascadePoint at_95{};
  std::optional<double> cost_share_at_95{};
};
// nullopt: no items.
[[nodiscard]] std::optional<Cascade> cascade(std::span<const CascadeItem> items);

// The curve at a bar of choice, such as one that was calibrated on other seeds. No items: all 0.
[[nodiscard]] CascadePoint cascade_at(std::span<const CascadeItem> items, double threshold);

// apgr with an interval, items drawn with replacement. nullopt as there, or as bootstrap_cases.
[[nodiscard]] std::optional<Estimate> apgr(std::span<const CascadeItem> items, const Draws& draws,
                                           IntervalTerms terms = {});

}  // namespace wood::eval
