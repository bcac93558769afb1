// A watch over a run, turn by turn: cumulative sums (change.h) over every channel, set by reference
// runs, and how long after a change it raises the alarm.
//
// A stream is, of a number, the mean of the turn's values; of a category, how surprising they were,
// the mean of −ln of their share. The mean of that turn in the other runs is taken off, since the
// wood has seasons, and the rest is counted in deviations.
//
// Thresholds. Turns depend on each other and streams on each other, so no table's threshold holds
// here. The watched run and its n reference runs are put into one pool; each is watched by a watch
// that the others set, and scored by the highest sum of any stream, measured by the upper quartile
// of that stream's maxima, which one run that drifts can hardly move. The alarm is for what passes
// the k-th highest score of the reference. If the watched run is as the others its rank is any of
// n + 1 alike: the chance of a false alarm is k/(n + 1), exactly (conformal prediction, Vovk et al.
// 2005, with the full pool). So 19 reference runs are needed for 5 %; with fewer the chance is
// higher, and said. It is a watch over runs that are finished: the threshold has seen their ends.
//
// Tried and given up: thresholds stream by stream from resampled blocks of turns (a third of the
// runs without a change set off an alarm, at 5 %), and a threshold from the reference alone,
// without the watched run in the pool (8 % at 5 %, 18 % at 10 %).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/change.h"
#include "eval/channels.h"

namespace wood::eval {

inline constexpr std::size_t kWatchRuns = 9;  // of reference, at least

struct WatchTerms {
  double level = 0.05;                      // in (0, 1)
  std::optional<std::int64_t> change_at{};  // the turn at which something is known to have changed
  std::vector<std::string> channels{};      // what to watch; empty: all that can be
};

struct Alarm {
  std::int64_t turn = 0;
  std::string stream;  // that raised it
};
struct WatchedRun {
  std::optional<Alarm> alarm{};  // the first; of those at or after the change where it is known
  std::optional<std::int64_t> delay{};  // 1: in the turn of the change
  int false_alarms = 0;                 // before the change
  int streams = 0;  // that were watched: channels with values in half of the reference's turns
};
struct Watch {
  std::vector<WatchedRun> runs;
  double level = 0;  // chance of an alarm in a run without a change
  std::optional<std::int64_t> change_at{};
};
// nullopt: fewer than kWatchRuns of reference, or no run to watch. The runs' order counts for
// nothing.
[[nodiscard]] std::optional<Watch> watch(std::span<const Observed> reference,
                                         std::span<const Observed> runs, const WatchTerms& terms);
[[nodiscard]] Json json(const Watch& watch);

}  // namespace wood::eval
